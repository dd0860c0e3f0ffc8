import SimModel

/// Constant tensors of an ONNX file as `Tensor`.
extension ONNXTensorProto {
  /// The element types by their ONNX numbers; half precision is widened when read.
  private static let elementTypes: [Int32: Tensor.ElementType] = [
    1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool,
    11: .float64, 12: .uint32, 13: .uint64,
  ]
  private static let float16: Int32 = 10

  private var shape: [Int] { dims.map(Int.init) }

  /// The values.
  ///
  /// Throws `InputError` when the type is not numeric, the data lies in another file, or shape
  /// and data disagree.
  package func tensor() throws -> Tensor {
    guard dataLocation != .external else {
      throw InputError(
        "keeps its data in another file", at: "initializer '\(name)'",
        hint: "save the model with its data inside, or state a .npz with --parameters")
    }
    do {
      if dataType == Self.float16 { return try halfPrecision() }
      guard let type = Self.elementTypes[dataType] else {
        throw InputError("ONNX element type \(dataType) is not supported")
      }
      if !rawData.isEmpty {
        return try Tensor(shape: shape, elementType: type, bytes: [UInt8](rawData))
      }
      return try typedData(type)
    } catch let error as InputError {
      throw error.at("initializer '\(name)'")
    }
  }

  /// The values from the list that belongs to the element type.
  private func typedData(_ type: Tensor.ElementType) throws -> Tensor {
    switch type {
    case .float32: try Tensor(floatData, shape: shape)
    case .float64: try Tensor(doubleData, shape: shape)
    case .int64: try Tensor(int64Data, shape: shape)
    case .uint64: try Tensor(uint64Data, shape: shape)
    case .uint32: try Tensor(uint64Data.map(UInt32.init(truncatingIfNeeded:)), shape: shape)
    case .int32: try Tensor(int32Data, shape: shape)
    case .int16: try Tensor(int32Data.map(Int16.init(truncatingIfNeeded:)), shape: shape)
    case .uint16: try Tensor(int32Data.map(UInt16.init(truncatingIfNeeded:)), shape: shape)
    case .int8: try Tensor(int32Data.map(Int8.init(truncatingIfNeeded:)), shape: shape)
    case .uint8, .bool: try Tensor(int32Data.map(UInt8.init(truncatingIfNeeded:)), shape: shape)
    }
  }

  private func halfPrecision() throws -> Tensor {
    let raw = [UInt8](rawData)
    let bits =
      raw.isEmpty
      ? int32Data.map { UInt16(truncatingIfNeeded: $0) }
      : stride(from: 0, to: raw.count - 1, by: 2).map { UInt16(raw[$0]) | UInt16(raw[$0 + 1]) << 8 }
    return try Tensor(bits.map { Float(Float16(bitPattern: $0)) }, shape: shape)
  }
}
