// The one import of a program that wants everything but the opening of files.
@_exported import DataflowSim
@_exported import DataflowTrace
