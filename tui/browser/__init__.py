"""The screens in a browser on this computer: a guarded server on loopback, and one app in a process of its own for each tab."""
