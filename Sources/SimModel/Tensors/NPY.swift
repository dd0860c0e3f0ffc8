import FoundationEssentials

/// NumPy's `.npy` format, versions 1 to 3.
///
/// Layout: magic `\x93NUMPY`, version, header length, a Python dict with `descr`,
/// `fortran_order` and `shape`, then the elements.
/// Format: NumPy's documentation (`numpy.lib.format`).
public enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// What the header of a file says.
  struct Header {
    var shape: [Int]
    /// The type after reading; half precision is widened to `float32`.
    var elementType: Tensor.ElementType
    var isHalf = false
    var isBigEndian = false
    var isFortranOrder: Bool
    /// Where the elements begin.
    var dataOffset: Int

    var storedSize: Int { isHalf ? 2 : elementType.size }
  }

  /// Reads one array. `file` names it in errors.
  ///
  /// Throws `InputError` for anything that is not a complete array of a supported type.
  public static func decode(_ data: Data, file: String) throws -> Tensor {
    do {
      let header = try header(of: data.prefix(maximumHeader))
      let expected = try byteCount(header)
      guard data.count - header.dataOffset == expected else {
        throw InputError(
          "shape \(header.shape) needs \(expected) bytes, but \(data.count - header.dataOffset)"
            + " follow the header")
      }
      let stored = [UInt8](data.dropFirst(header.dataOffset))
      return tensor(header, stored)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// The shape that the header states. Throws `InputError` where there is no header.
  public static func shape(of data: Data, file: String) throws -> [Int] {
    do {
      return try header(of: data.prefix(maximumHeader)).shape
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  /// Reads the `.npy` file at `path`.
  public static func read(_ path: String) throws -> Tensor {
    try decode(try InputFile.read(path), file: path)
  }

  /// The array as a version 1 `.npy` file.
  public static func encode(_ tensor: Tensor) -> Data {
    let shape =
      tensor.shape.count == 1
      ? "(\(tensor.shape[0]),)" : "(" + tensor.shape.map(String.init).joined(separator: ", ") + ")"
    let order = tensor.elementType.size == 1 ? "|" : "<"
    var header =
      "{'descr': '\(order)\(tensor.elementType.rawValue)', 'fortran_order': False, 'shape': \(shape), }"
    let unpadded = magic.count + 4 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var data = Data(capacity: unpadded + 64 + tensor.bytes.count)
    data.append(contentsOf: magic + [1, 0])
    data.append(contentsOf: [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
    data.append(contentsOf: header.utf8)
    data.append(contentsOf: tensor.bytes)
    return data
  }
}

// MARK: Header

extension NPY {
  /// Headers are tens of bytes; a longer one is not a plain array.
  static let maximumHeader = 1 << 16

  static func byteCount(_ header: Header) throws -> Int {
    guard let count = Tensor.byteCount(header.shape, header.elementType), count <= 1 << 40 else {
      throw InputError("an array of shape \(header.shape) is too large")
    }
    return header.isHalf ? count / 2 : count
  }

  /// Parses the start of a file, which must contain the whole header.
  static func header(of start: Data) throws -> Header {
    let bytes = [UInt8](start)
    guard bytes.starts(with: magic) else {
      throw InputError("is not a NumPy array (it does not start with \\x93NUMPY)")
    }
    guard bytes.count >= 12 else { throw InputError("ends inside the NumPy header") }
    guard (1...3).contains(bytes[6]) else {
      throw InputError("NumPy format version \(bytes[6]) is unknown (known: 1, 2, 3)")
    }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let begin = 8 + lengthSize
    guard begin + length <= bytes.count else {
      throw InputError("ends inside the NumPy header (\(length) bytes announced)")
    }
    let text = String(decoding: bytes[begin..<begin + length], as: UTF8.self)
    guard case .dictionary(let members)? = PythonLiteral(text) else {
      throw InputError("the NumPy header is not a Python dict: \(text.prefix(60))")
    }
    return try header(members, dataOffset: begin + length)
  }

  private static func header(_ members: [String: PythonLiteral], dataOffset: Int) throws -> Header {
    guard Set(members.keys) == ["descr", "fortran_order", "shape"] else {
      throw InputError(
        "the NumPy header has keys \(members.keys.sorted().joined(separator: ", "))"
          + " (expected: descr, fortran_order, shape)")
    }
    guard case .string(let descriptor)? = members["descr"],
      case .bool(let isFortranOrder)? = members["fortran_order"],
      case .sequence(let dimensions)? = members["shape"]
    else {
      throw InputError("the NumPy header's values have the wrong kind", hint: structuredHint)
    }
    let shape = dimensions.compactMap { if case .int(let n) = $0, n >= 0 { n } else { nil } }
    guard shape.count == dimensions.count, shape.count <= 32 else {
      throw InputError("the NumPy header's shape is not a tuple of sizes")
    }
    var code = descriptor[...]
    let order = code.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { code.removeFirst() }
    let isHalf = code == "f2"
    guard let type = Tensor.ElementType(rawValue: isHalf ? "f4" : String(code)) else {
      let known = ["f2"] + Tensor.ElementType.allCases.map(\.rawValue)
      throw InputError(
        "element type '\(descriptor)' is not supported",
        hint: "supported: \(known.sorted().joined(separator: ", ")), little or big endian")
    }
    return Header(
      shape: shape, elementType: type, isHalf: isHalf, isBigEndian: order == ">",
      isFortranOrder: isFortranOrder, dataOffset: dataOffset)
  }

  private static let structuredHint =
    "structured and object arrays are not supported; save a plain numeric array"
}

// MARK: Elements

extension NPY {
  /// The tensor of a header and exactly its elements' stored bytes.
  static func tensor(_ header: Header, _ stored: [UInt8]) -> Tensor {
    var bytes = stored
    if header.isBigEndian { swapBytes(&bytes, elementSize: header.storedSize) }
    if header.isHalf { bytes = widened(bytes) }
    if header.isFortranOrder, header.shape.count > 1, !bytes.isEmpty {
      bytes = transposed(bytes, shape: header.shape, elementSize: header.elementType.size)
    }
    return Tensor(unchecked: header.shape, header.elementType, bytes)
  }

  private static func swapBytes(_ bytes: inout [UInt8], elementSize: Int) {
    guard elementSize > 1 else { return }
    for start in stride(from: 0, to: bytes.count, by: elementSize) {
      bytes[start..<start + elementSize].reverse()
    }
  }

  private static func widened(_ halves: [UInt8]) -> [UInt8] {
    let floats = stride(from: 0, to: halves.count, by: 2).map {
      Float(Float16(bitPattern: UInt16(halves[$0]) | UInt16(halves[$0 + 1]) << 8))
    }
    return floats.withUnsafeBytes { Array($0) }
  }

  /// From Fortran order (first axis fastest) to C order (last axis fastest).
  private static func transposed(_ bytes: [UInt8], shape: [Int], elementSize: Int) -> [UInt8] {
    var strides: [Int] = []
    var step = elementSize
    for size in shape {
      strides.append(step)
      step *= size
    }
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    while result.count < bytes.count {
      result.append(contentsOf: bytes[source..<source + elementSize])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }
}
