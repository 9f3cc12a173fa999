"""From a study file to a run folder: the one floor where assays and models meet."""
