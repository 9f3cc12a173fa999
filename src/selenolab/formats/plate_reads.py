"""The one read of a plate that the assay takes, chosen by the settings and never by guess."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import InputFile
from selenolab.formats.plate_words import READ_TIME, Said

_SAME_NM = 0.5
_MOST_AU = 10.0  # no absorbance reader goes beyond


@dataclass(frozen=True, slots=True)
class PlateRead:
    """Which read of a plate is taken.

    `kinetic_minute` takes one time of a kinetic read; `keep_times` all of them, as `read_time` [s] (NaN
    for an endpoint read). With neither, a kinetic read is refused.
    """

    wavelength_nm: float | None = None
    reference_wavelength_nm: float | None = None
    read_label: str = ""
    kinetic_minute: float | None = None
    keep_times: bool = False


def plate_rows(file: InputFile, read: PlateRead, said: Said) -> pd.DataFrame:
    """One row a well: file, plate, well, plate_wells, wavelength, the signal and its flag.

    With `keep_times` one row a well and time, with `read_time` [s]. `layout_name` and `layout_amount` are
    what the layout in the file calls a well and states of it, where it does (text).
    """
    records = file.parsed.records
    parts = [_one_plate(file, str(plate), read, said) for plate in records["plate"].drop_duplicates()]
    rows = pd.concat(parts, ignore_index=True)
    rows.insert(0, "file", file.name)
    return rows


def _one_plate(file: InputFile, plate: str, read: PlateRead, said: Said) -> pd.DataFrame:
    records = file.parsed.records[file.parsed.records["plate"] == plate]
    record = _chosen(file, plate, records, read.wavelength_nm, read, said)
    rows = _values(file, record, read.wavelength_nm, read)
    kind = _kind(file, record, rows["value"].to_numpy(float), said)
    wave = record["wavelength"] if not pd.isna(record["wavelength"]) else read.wavelength_nm
    found = pd.DataFrame(
        {
            "plate": plate,
            "well": rows["well"].astype(str).to_numpy(object),
            "plate_wells": float(record["rows"] * record["columns"]),
            "wavelength": float(wave) if wave is not None and not pd.isna(wave) else np.nan,
            kind: rows["value"].to_numpy(float),
            f"{kind}_flag": rows["value_flag"].fillna("").astype(str).to_numpy(object),
        }
    )
    for word, column in (("layout_name", "sample"), ("layout_amount", "amount")):
        if column in rows and rows[column].notna().any():  # the layout that the reader's software knows
            found[word] = rows[column].fillna("").astype(str).to_numpy(object)
    if read.keep_times:
        found[READ_TIME] = rows["time"].to_numpy(float, na_value=np.nan)
    if read.reference_wavelength_nm is not None:
        _add_reference(file, plate, records, found, read, said)
    return found


def _add_reference(
    file: InputFile, plate: str, records: pd.DataFrame, found: pd.DataFrame,
    read: PlateRead, said: Said,
) -> None:  # fmt: skip
    wave = read.reference_wavelength_nm
    record = _chosen(file, plate, records, wave, replace(read, read_label=""), said)
    rows = _values(file, record, wave, read)
    keys: pd.Index = pd.Index(found["well"])
    if read.keep_times and record["read_kind"] == "kinetic":
        keys = pd.MultiIndex.from_frame(found[["well", READ_TIME]])
        rows = rows.set_index(["well", "time"])
    else:
        rows = rows.set_index("well")
    found["reference_absorbance"] = rows["value"].reindex(keys).to_numpy(float)
    flags = rows["value_flag"].reindex(keys).fillna("").astype(str)
    found["reference_absorbance_flag"] = flags.to_numpy(object)


def _refusal(file: InputFile, plate: str, reason: str, remedy: str) -> FormatRefusal:
    return FormatRefusal(file.parsed.format, file.name, reason, remedy, plate)


def _chosen(
    file: InputFile, plate: str, records: pd.DataFrame, wave: float | None,
    read: PlateRead, said: Said,
) -> pd.Series:  # fmt: skip
    """The one record of the plate that fits wavelength and label; several or none are refused."""
    offered = records
    if read.read_label:
        offered = offered[offered["label"].fillna("") == read.read_label]
    if wave is not None:
        offered = _of_wavelength(file, offered, wave, said)
    if len(offered) == 1:
        return offered.iloc[0]
    has = "; ".join(_described(row) for _, row in records.iterrows())
    if offered.empty:
        wanted = f"at {wave:g} nm" if wave is not None else f"labelled '{read.read_label}'"
        raise _refusal(
            file, plate, f"it has no read {wanted}; it has {has}", "Set wavelength_nm to one of these."
        )
    raise _refusal(
        file, plate, f"it has several reads: {has}", "Set wavelength_nm or read_label to one of them."
    )


def _of_wavelength(file: InputFile, records: pd.DataFrame, wave: float, said: Said) -> pd.DataFrame:
    spectra = records[records["read_kind"] == "spectrum"]
    plain = records[records["read_kind"] != "spectrum"]
    stated = plain["wavelength"].astype("Float64")
    fits = plain[(stated - wave).abs().fillna(np.inf).to_numpy(float) < _SAME_NM]
    data = file.parsed.data
    has = [
        name for name in spectra["record"]
        if (np.abs(data.loc[data["record"] == name, "wavelength"].to_numpy(float) - wave) < _SAME_NM).any()
    ]  # fmt: skip
    found = pd.concat([fits, spectra[spectra["record"].isin(has)]])
    if found.empty and len(records) == 1 and stated.isna().all() and len(plain):
        said.assumed.append(f"{file.name}: the file states no wavelength; taken as {wave:g} nm, as set")
        return records
    return found


def _described(record: pd.Series) -> str:
    wave = (
        f"{float(record['wavelength']):g} nm" if not pd.isna(record["wavelength"]) else "no wavelength stated"
    )
    return f"'{record['label']}' ({record['read_kind']}, {record['signal']}, {wave})"


def _values(file: InputFile, record: pd.Series, wave: float | None, read: PlateRead) -> pd.DataFrame:
    """The rows of a record at its one time and wavelength."""
    data = file.parsed.data
    rows = data[data["record"] == record["record"]]
    plate = str(record["plate"])
    if record["read_kind"] == "spectrum" and wave is not None:
        rows = rows[np.abs(rows["wavelength"].to_numpy(float) - wave) < _SAME_NM]
    elif record["read_kind"] == "spectrum":
        raise _refusal(file, plate, "it is a spectrum", "Set wavelength_nm to the wavelength to take.")
    if record["read_kind"] == "kinetic" and not read.keep_times:
        times = np.unique(rows["time"].dropna().to_numpy(float))
        if read.kinetic_minute is None:
            span = f"{len(times)} times from {times[0] / 60:g} to {times[-1] / 60:g} min"
            raise _refusal(
                file, plate, f"it is a kinetic read ({span})", "Set kinetic_minute to the one to take."
            )
        nearest = times[np.argmin(np.abs(times / 60 - read.kinetic_minute))]
        rows = rows[rows["time"].to_numpy(float) == nearest]
    return pd.DataFrame(rows)


def _kind(file: InputFile, record: pd.Series, values: np.ndarray, said: Said) -> str:
    """The signal's word: absorbance, or intensity for light that was emitted."""
    if record["signal"] in ("fluorescence", "luminescence"):
        return "intensity"
    most = np.nanmax(values, initial=-np.inf)
    if record["signal"] == "unknown":
        word = "absorbance" if most <= _MOST_AU else "intensity"
        said.assumed.append(f"{file.name}: the kind of signal is not stated; read as {word} by its range")
        return word
    return "absorbance"
