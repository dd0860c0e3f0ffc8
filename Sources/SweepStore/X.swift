import GRDB
import DataflowSim
public let y = DataType.binary.bits
