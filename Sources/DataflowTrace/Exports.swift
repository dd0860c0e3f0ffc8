@_exported import DataflowSim
