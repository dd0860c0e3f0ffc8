import DataflowAnalysis
import Foundation
import Testing

/// Memory images against the files FINN wrote for the same arrays.
@Suite struct MemoryImageTests {
  private static func vectors(_ kind: String) throws -> [[String: JSONValue]] {
    let data = try CompressedResource.data("finn-checks.json.zst")
    let document = try JSONValue(parsing: data, file: "finn-checks.json")
    return document.object["vectors"]!.object[kind]!.array.map(\.object)
  }

  private func flat(_ value: JSONValue) -> [Int] {
    if case .array(let items) = value { return items.flatMap(flat) }
    return [value.int]
  }

  private func lines(_ value: JSONValue?) -> [String]? { value?.array.map(\.string) }

  /// The files of one node, by path.
  private func files(
    _ op: String, _ attributes: [String: AttributeValue], _ role: String, _ array: [Int],
    _ shape: [Int]
  ) throws -> [String: [String]] {
    let node = Node(
      name: "\(op)_0", opType: op, attributes: attributes, inputs: ["in0"], outputs: ["out0"],
      initializers: [role: "p"])
    let design = Design(name: "t", nodes: [node], graphInputs: ["in0"], graphOutputs: ["out0"])
    let images = try MemoryImages(
      design, parameters: ParameterStore(["p": try Tensor(array, shape: shape)]))
    for file in images.files {
      #expect(file.contents == Data((file.lines.joined(separator: "\n") + "\n").utf8))
    }
    return Dictionary(uniqueKeysWithValues: images.files.map { ($0.path, $0.lines) })
  }

  private static let types: [String: AttributeValue] = [
    "inputDataType": .string("INT4"), "outputDataType": .string("INT32"), "noActivation": .int(1),
    "mem_mode": .string("internal_decoupled"), "runtime_writeable_weights": .int(1),
  ]

  @Test func matrixWeightsAreFINNsFiles() throws {
    let all = try Self.vectors("mvau_weight_files")
    #expect(all.count == 5)
    for vector in all {
      var attributes = Self.types
      for key in ["MW", "MH", "SIMD", "PE"] { attributes[key] = .int(vector[key]!.int) }
      attributes["weightDataType"] = .string(vector["weightDataType"]!.string)
      let op = vector["op"]!.string
      let files = try files(
        op, attributes, "weights", flat(vector["W_MWxMH"]!),
        [vector["MW"]!.int, vector["MH"]!.int])
      #expect(files["\(op)_0/memblock.dat"] == lines(vector["memblock_dat"]))
      #expect(files["runtime_weights/0_0_\(op)_0.dat"] == lines(vector["runtime_dat"]))
      #expect(files.count == 2)
    }
  }

  @Test func depthwiseWeightsAreFINNsFiles() throws {
    let all = try Self.vectors("vvau_weight_files")
    #expect(all.count == 3)
    for vector in all {
      var attributes = Self.types
      for key in ["Channels", "SIMD", "PE"] { attributes[key] = .int(vector[key]!.int) }
      let kernel = vector["Kernel"]!.array.map(\.int)
      attributes["Kernel"] = .ints(kernel)
      attributes["Dim"] = .ints([4, 4])
      attributes["weightDataType"] = .string("INT4")
      let op = vector["op"]!.string
      let files = try files(
        op, attributes, "weights", flat(vector["W_C1KK"]!), [vector["Channels"]!.int, 1] + kernel)
      #expect(files["\(op)_0/memblock.dat"] == lines(vector["memblock_dat"]))
      // FINN's driver generator passes over depthwise layers.
      #expect(files.count == 1)
    }
  }

  @Test func thresholdsAreFINNsFiles() throws {
    let all = try Self.vectors("threshold_files")
    #expect(all.count == 4)
    for vector in all {
      let steps = vector["numSteps"]!.int
      let attributes: [String: AttributeValue] = [
        "NumChannels": .int(vector["NumChannels"]!.int), "PE": .int(vector["PE"]!.int),
        "numSteps": .int(steps), "inputDataType": .string("INT8"),
        "weightDataType": .string("INT8"), "runtime_writeable_weights": .int(1),
        "outputDataType": .string(vector["outputDataType"]?.string ?? "UINT2"),
      ]
      let op = vector["op"]!.string
      let files = try files(
        op, attributes, "thresholds", flat(vector["T"]!), [vector["NumChannels"]!.int, steps])
      #expect(files["runtime_weights/0_0_\(op)_0.dat"] == lines(vector["runtime_dat"]))
      if let memory = lines(vector["memblock_dat"]) {
        #expect(files["\(op)_0/memblock.dat"] == memory)
      }
      // An RTL block has the host's words beside its stages.
      if op.hasSuffix("_rtl") {
        #expect(files["\(op)_0/memblock.dat"] == lines(vector["runtime_dat"]))
      }
      for (name, content) in vector["stage_files"]?.object ?? [:] {
        #expect(files["\(op)_0/\(name)"] == lines(content), "\(name)")
      }
    }
  }

  /// FINN counts the layers the host loads, and those alone.
  @Test func runtimeWeightsAreNumberedAsFINNDoes() throws {
    var attributes = Self.types
    for key in ["MW", "MH", "SIMD", "PE"] { attributes[key] = .int(1) }
    attributes["weightDataType"] = .string("INT4")
    attributes["outputDataType"] = .string("INT4")
    let nodes = (0..<4).map { index in
      var node = Node(
        name: "m\(index)", opType: "MVAU_hls", attributes: attributes, inputs: ["s\(index)"],
        outputs: ["s\(index + 1)"], initializers: ["weights": "p"])
      node.attributes["runtime_writeable_weights"] = .int(index % 2)
      return node
    }
    let design = Design(name: "t", nodes: nodes, graphInputs: ["s0"], graphOutputs: ["s4"])
    let images = try MemoryImages(
      design, parameters: ParameterStore(["p": try Tensor([1], shape: [1, 1])]))
    #expect(
      images.files.map(\.path).filter { $0.hasPrefix("runtime") } == [
        "runtime_weights/0_0_m1.dat", "runtime_weights/0_1_m3.dat",
      ])
    #expect(images.files.count == 6)
  }

  @Test func whatHasNoMemoryIsNamed() throws {
    var attributes = Self.types
    for key in ["MW", "MH", "SIMD", "PE"] { attributes[key] = .int(1) }
    attributes["weightDataType"] = .string("INT4")
    attributes["mem_mode"] = .string("internal_embedded")
    #expect(try files("MVAU_hls", attributes, "weights", [1], [1, 1]).isEmpty)
    attributes["mem_mode"] = .string("internal_decoupled")
    let wrong = inputError { _ = try files("MVAU_hls", attributes, "weights", [9], [1, 1]) }
    #expect(wrong.contains("node 'MVAU_hls_0'") && wrong.contains("9 is no INT4"))
  }

  @Test func aFailureLeavesNothing() throws {
    try TestFiles.withTemporaryDirectory { folder in
      var attributes = Self.types
      for key in ["MW", "MH", "SIMD", "PE"] { attributes[key] = .int(1) }
      attributes["weightDataType"] = .string("INT4")
      let node = Node(
        name: "../m", opType: "MVAU_hls", attributes: attributes, inputs: ["in0"],
        outputs: ["out0"], initializers: ["weights": "p"])
      let design = Design(name: "t", nodes: [node], graphInputs: ["in0"], graphOutputs: ["out0"])
      let images = try MemoryImages(
        design, parameters: ParameterStore(["p": try Tensor([1], shape: [1, 1])]))
      let manager = FileManager.default
      // A file stands where a folder is needed.
      try Data().write(to: URL(fileURLWithPath: folder + "/_.._m"))
      try images.write(to: folder + "/out")
      #expect(
        try manager.contentsOfDirectory(atPath: folder + "/out").sorted()
          == ["_.._m", "runtime_weights"])
      #expect(inputError { try images.write(to: folder + "/no/such") } != "")
      #expect(inputError { try images.write(to: folder + "/_.._m") } != "")
      #expect(try manager.contentsOfDirectory(atPath: folder).sorted() == ["_.._m", "out"])
    }
  }
}
