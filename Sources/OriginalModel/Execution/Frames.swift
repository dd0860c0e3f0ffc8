import SimModel

/// Input data for a model, frame by frame.
public struct ModelFrames: Sendable {
  /// How many frames there are.
  public let count: Int
  private let tensors: [(input: ModelInput, shape: [Int], tensor: Tensor)]

  /// The inputs of one frame.
  public func frame(_ index: Int) -> [String: Value] {
    Dictionary(
      uniqueKeysWithValues: tensors.map { input, shape, tensor in
        let size = shape.reduce(1, *)
        return (input.name, tensor.value(size * index..<size * (index + 1), shape, input.kind))
      })
  }

  fileprivate init(_ count: Int, _ tensors: [(input: ModelInput, shape: [Int], tensor: Tensor)]) {
    self.count = count
    self.tensors = tensors
  }
}

extension Reference {
  /// The arrays of a file as input data.
  ///
  /// A single input takes the array of its name, the only one there is, or the one whose name ends in
  /// `input`. Leading axis frames, then the input's shape with or without its batch axis of 1.
  /// Throws `InputError` for a shape or a value that the input does not take.
  public func frames(of arrays: [String: Tensor], file: String) throws -> ModelFrames {
    do {
      var found: [(input: ModelInput, shape: [Int], tensor: Tensor)] = []
      var count: Int?
      for input in graph.inputs {
        let tensor = try array(for: input, arrays)
        let shape = inputShapes[input.name]!
        let frames = try frameCount(tensor, input, shape)
        guard count == nil || count == frames else {
          throw InputError("the inputs do not have the same number of frames")
        }
        count = frames
        try check(tensor, input)
        found.append((input, shape, tensor))
      }
      return ModelFrames(count ?? 1, found)
    } catch let error as InputError {
      throw error.inFile(file)
    }
  }

  private func array(for input: ModelInput, _ arrays: [String: Tensor]) throws -> Tensor {
    if let tensor = arrays[input.name] { return tensor }
    if graph.inputs.count == 1 {
      let likely = arrays.count == 1 ? arrays : arrays.filter { $0.key.hasSuffix("input") }
      if likely.count == 1, let only = likely.values.first { return only }
    }
    let held = arrays.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shape)" }
    let near = nearestName(to: input.name, among: arrays.keys)
    throw InputError(
      "there is no array for the graph input '\(input.name)'",
      hint: near.map { "did you mean '\($0)'?" }
        ?? "the file holds \(held.joined(separator: ", "))")
  }

  private func frameCount(_ tensor: Tensor, _ input: ModelInput, _ shape: [Int]) throws -> Int {
    let bare = shape.first == 1 && shape.count > 1 ? Array(shape.dropFirst()) : shape
    for wanted in [shape, bare]
    where tensor.shape.count == wanted.count + 1 && Array(tensor.shape.dropFirst()) == wanted
      && tensor.shape[0] > 0
    {
      return tensor.shape[0]
    }
    if tensor.shape == shape || tensor.shape == bare { return 1 }
    throw InputError(
      "has shape \(tensor.shape)", at: "input '\(input.name)'",
      hint: layoutHint(tensor.shape, bare)
        ?? "needed: frames in front of \(bare), so (frames, "
        + bare.map(String.init).joined(separator: ", ") + ")")
  }

  /// Whether the axes are merely in another order.
  private func layoutHint(_ given: [Int], _ wanted: [Int]) -> String? {
    guard wanted.count == 3, given.count >= 3 else { return nil }
    let last = Array(given.suffix(3))
    if last == [wanted[1], wanted[2], wanted[0]] {
      return "the data are (frames, H, W, C), the model takes (frames, C, H, W): "
        + "transpose them, in NumPy x.transpose(0, 3, 1, 2)"
    }
    if last == [wanted[2], wanted[0], wanted[1]] {
      return "the data are (frames, C, H, W), the model takes (frames, H, W, C): "
        + "transpose them, in NumPy x.transpose(0, 2, 3, 1)"
    }
    return nil
  }

  /// Values must be numbers, and those of the type that the model states.
  private func check(_ tensor: Tensor, _ input: ModelInput) throws {
    let stated = input.dataType.flatMap { DataType($0) }
    let type = stated?.name ?? input.kind.rawValue
    let range = stated?.range ?? input.kind.range
    let isWhole = stated?.isInteger ?? (input.kind.range != nil)
    for (index, value) in tensor.asDoubles().enumerated() {
      let fits =
        range.map { value >= Double($0.lowerBound) && value <= Double($0.upperBound) } ?? true
      if fits, isWhole ? value == value.rounded() : !value.isNaN { continue }
      guard !value.isNaN else {
        throw InputError(
          "element \(index) is \(value), which is no number", at: "input '\(input.name)'",
          hint: "look at what made the data: a division by 0?")
      }
      let allowed = range.map { "\($0.lowerBound)..\($0.upperBound)" } ?? "whole numbers"
      throw InputError(
        "element \(index) is \(value), which is no \(type.uppercased())",
        at: "input '\(input.name)'",
        hint: "\(type.uppercased()) holds whole numbers \(allowed); were the data scaled twice?")
    }
  }
}

extension Reference {
  /// What a run over many frames gives: stacked on a leading axis; what does not depend on the data once.
  public func run(
    _ frames: ModelFrames, keep: Keep = .outputs, threads: Int = 1,
    progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> [String: Tensor] {
    var results: [[String: Value]] = []
    let batch = max(1, threads) * 4
    for start in stride(from: 0, to: frames.count, by: batch) {
      let size = min(batch, frames.count - start)
      results += try Parallel.all(size, workers: threads) {
        try run(frames.frame(start + $0), keep: keep)
      }
      progress(start + size)
    }
    let names = keep == .all ? Array(results[0].keys) : graph.outputs
    var tensors: [String: Tensor] = [:]
    for name in names {
      if let constant = constants[name] {
        tensors[name] = try Tensor.stacked([constant])
      } else {
        tensors[name] = try Tensor.stacked(results.map { $0[name]! })
      }
    }
    if keep == .all {
      for node in graph.nodes {
        for name in node.outputs where node.opType != "Constant" && tensors[name] == nil {
          if let value = constants[name] { tensors[name] = try Tensor.stacked([value]) }
        }
      }
    }
    return tensors
  }
}

extension Tensor {
  /// Some elements as a value of a model.
  fileprivate func value(_ range: Range<Int>, _ shape: [Int], _ kind: ElementKind) -> Value {
    let size = elementType.size
    let part = Array(bytes[range.lowerBound * size..<range.upperBound * size])
    // The bytes are as many as the shape says.
    let tensor = try! Tensor(shape: shape, elementType: elementType, bytes: part)
    let numbers = tensor.asDoubles()
    return kind.range == nil
      ? Value(numbers.map { Float($0) }, shape: shape)
      : Value(numbers.map { Int($0) }, shape: shape, kind: kind)
  }

  /// Values of one shape on a new leading axis.
  fileprivate static func stacked(_ values: [Value]) throws -> Tensor {
    let shape = [values.count] + values[0].shape
    switch values[0].elements {
    case .float: return try Tensor(values.flatMap(\.floats), shape: shape)
    case .double: return try Tensor(values.flatMap(\.doubles), shape: shape)
    case .integer:
      let all = values.flatMap { $0.integers ?? [] }
      func narrow<I: FixedWidthInteger & TensorElement>(_: I.Type) throws -> Tensor {
        try Tensor(all.map { I(truncatingIfNeeded: $0) }, shape: shape)
      }
      switch values[0].kind {
      case .int4, .int8: return try narrow(Int8.self)
      case .uint4, .uint8, .bool: return try narrow(UInt8.self)
      case .int16: return try narrow(Int16.self)
      case .uint16: return try narrow(UInt16.self)
      case .int32: return try narrow(Int32.self)
      default: return try narrow(Int.self)
      }
    }
  }
}
