import SwiftProtobuf
import DataflowSim
public let x = DataType.binary.bits
