"""What is done to events of a flow cytometer: compensation, transforms and gates."""
