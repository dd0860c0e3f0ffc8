// Whoever simulates needs designs, scenarios and devices: one import brings both.
@_exported import SimModel
