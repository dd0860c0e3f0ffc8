import DataflowAnalysis
import DesignFiles
import Testing

/// Values that are right and come in the wrong order.
extension PlantedFaultTests {
  /// Output channels of a convolution in another order: weights and thresholds agree with each other.
  private func reorder(_ channel: @escaping (Int) -> Int) throws -> (node: String, Diagnosis) {
    try first(
      compare("lenet") { network in
        try network.change("MVAU_hls_1", "weights") { r, c, all in all[r][channel(c)] }
        try network.change("MVAU_hls_1", "thresholds") { r, t, all in all[channel(r)][t] }
      })
  }

  @Test func channelOrders() throws {
    #expect(try reorder { 15 - $0 } == ("MVAU_hls_1", .permutation("channel order reversed")))
    #expect(
      try reorder { $0 % 4 * 4 + $0 / 4 }
        == ("MVAU_hls_1", .permutation("pixel shuffle by 2: DCR against CRD channel order")))
    #expect(
      try reorder { $0 % 8 * 2 + $0 / 8 }
        == (
          "MVAU_hls_1",
          .permutation("PE/SIMD interleave of 8: neighbours spread over the folds")
        ))
    #expect(
      try reorder { $0 / 4 * 4 + 3 - $0 % 4 }
        == ("MVAU_hls_1", .permutation("element order reversed in words of 4")))
  }

  @Test func inputOrders() throws {
    // 32 x 32 pixels of 3 channels, recorded as the host should have sent them.
    func sent(_ name: String, _ source: @escaping (Int) -> Int) throws -> Diagnosis {
      try first(
        compare("lenet") { network in
          let values = try network.input.asIntegers(name: "in")
          let frame = 32 * 32 * 3
          let moved = values.indices.map { values[$0 / frame * frame + source($0 % frame)] }
          network.input = try Tensor(moved, shape: network.input.shape)
        }
      ).1
    }
    #expect(
      try sent("turned") { ($0 / 3 % 32 * 32 + $0 / 96) * 3 + $0 % 3 }
        == .permutation("rows and columns swapped"))
    #expect(
      try sent("planes") { $0 % 1024 * 3 + $0 / 1024 } == .permutation("NCHW data read as NHWC"))
    let bits = try first(
      compare("lenet") { network in
        let values = try network.input.asIntegers(name: "in")
        let reversed = values.map { v in (0..<8).reduce(0) { $0 | (v >> $1 & 1) << (7 - $1) } }
        network.input = try Tensor(reversed, shape: network.input.shape)
      })
    #expect(bits.1 == .permutation("bit order of every element reversed"))
  }

  /// 32 channels, so that the two orders of a shuffle by 2 are not each other's inverse.
  @Test func pixelShuffleOrders() throws {
    func reorder(_ channel: @escaping (Int) -> Int) throws -> Diagnosis {
      try first(
        compare("conv1d-audio") { network in
          try network.change("MVAU_hls_1", "weights") { r, c, all in all[r][channel(c)] }
          try network.change("MVAU_hls_1", "thresholds") { r, t, all in all[channel(r)][t] }
        }
      ).1
    }
    // Depth-to-space by 2 of 8 channels: DCR has position p of channel c at 8 p + c, CRD at 4 c + p.
    #expect(
      try reorder { $0 % 4 * 8 + $0 / 4 }
        == .permutation("pixel shuffle by 2: CRD channel order instead of DCR"))
    #expect(
      try reorder { $0 % 8 * 4 + $0 / 8 }
        == .permutation("pixel shuffle by 2: DCR channel order instead of CRD"))
    // The shuffled image itself, as the host sends it.
    func sent(_ source: @escaping (_ position: Int, _ channel: Int) -> (Int, Int)) throws
      -> Diagnosis
    {
      try first(
        compare("lenet") { network in
          let values = try network.input.asIntegers(name: "in")
          let moved = values.indices.map { i -> Int in
            let (x, y, c) = (i / 3 % 32, i / 96 % 32, i % 3)
            let (position, channel) = source(y % 2 * 2 + x % 2, c)
            let pixel = (y / 2 * 2 + position / 2) * 32 + x / 2 * 2 + position % 2
            return values[i / 3072 * 3072 + pixel * 3 + channel]
          }
          network.input = try Tensor(moved, shape: network.input.shape)
        }
      ).1
    }
    #expect(
      try sent { (($0 * 3 + $1) % 4, ($0 * 3 + $1) / 4) }
        == .permutation("pixel shuffle by 2: DCR instead of CRD"))
    #expect(
      try sent { (($1 * 4 + $0) / 3, ($1 * 4 + $0) % 3) }
        == .permutation("pixel shuffle by 2: CRD instead of DCR"))
  }

  /// Samples of 16 bits whose bytes the host sends in the other order.
  @Test func byteOrder() throws {
    var sound = try Network("conv1d-audio")
    for node in ["StreamingFIFO_rtl_0", "Thresholding_rtl_0"] {
      sound.set(node, node.hasPrefix("S") ? "dataType" : "inputDataType", .string("INT16"))
    }
    sound.set("Thresholding_rtl_0", "weightDataType", .string("INT16"))
    try sound.change("Thresholding_rtl_0", "thresholds") { r, t, all in 256 * all[r][t] }
    let samples = try sound.input.asIntegers(name: "in").enumerated().map { i, v in
      256 * v + i * 37 % 256
    }
    sound.input = try Tensor(samples, shape: sound.input.shape)
    let reference = try sound.streams()
    let swapped = samples.map { Int(Int16(truncatingIfNeeded: $0).byteSwapped) }
    let comparison = try sound.comparison()
    func diagnosis(_ values: [Int]) throws -> [TensorComparison] {
      let input = try Tensor(values, shape: sound.input.shape)
      return try comparison.run(
        [comparison.plane.inputs[0]: input], reference: reference, map: nil)
    }
    let (_, found) = try first(diagnosis(swapped))
    #expect(found == .permutation("byte order of every element reversed"))
    #expect(try diagnosis(samples).allSatisfy { $0.differing == 0 })
  }

  /// The window generator in the wrong mode: its tensor is right, what the next node makes of it is not.
  @Test func depthwiseInterleave() throws {
    let (node, found) = try first(
      compare("mobilenet-small") { $0.set("ConvolutionInputGenerator_rtl_2", "depthwise", .int(0)) }
    )
    guard node == "VVAU_hls_1", case .permutation(let name) = found else {
      Issue.record("\(node): \(found)")
      return
    }
    #expect(name.hasPrefix("depthwise interleave: the window brings 32 channels"))
  }

  /// The mirror image: a depthwise window in front of a full convolution.
  @Test func depthwiseInterleaveWhereNoneIsDue() throws {
    let (node, found) = try first(
      compare("resnet-small") { $0.set("ConvolutionInputGenerator_rtl_1", "depthwise", .int(1)) }
    )
    guard node == "MVAU_hls_1", case .permutation(let name) = found else {
      Issue.record("\(node): \(found)")
      return
    }
    #expect(
      name
        == "depthwise interleave: the window brings 8 channels of each pixel in turn, the node "
        + "takes all 16")
  }

  /// Windows that the host cuts out: 9 pixels of 32 channels, of which the node takes 8 at a time.
  @Test func windowsInTheOrderOfTheHost() throws {
    var sound = try Network("mobilenet-small")
    let node = sound.design.nodes[sound.index("VVAU_hls_1")]
    sound.design.nodes = [node]
    sound.design.graphInputs = node.inputs
    sound.design.graphOutputs = node.outputs
    sound.design.streams = [:]
    let shape = [1] + (try sound.comparison().plane.layout(of: node.inputs[0])).shape
    let count = shape.reduce(1, *)
    // For each element of a row by pixels its place in the interleaved row.
    let place = (0..<288).map { ($0 % 32 / 8 * 9 + $0 / 32) * 8 + $0 % 8 }
    var pixels = [Int](repeating: 0, count: count)
    for i in 0..<count { pixels[i] = (i * 7919 + i / 288 * 31) % 97 % 16 }
    var groups = pixels
    for i in 0..<count { groups[i / 288 * 288 + place[i % 288]] = pixels[i] }
    func diagnosis(_ sent: [Int], due: [Int]) throws -> Diagnosis {
      sound.input = try Tensor(due, shape: shape)
      let reference = try sound.streams()
      let comparison = try sound.comparison()
      return try first(
        comparison.run(
          [comparison.plane.inputs[0]: try Tensor(sent, shape: shape)], reference: reference,
          map: nil)
      ).1
    }
    #expect(
      try diagnosis(pixels, due: groups)
        == .permutation("depthwise interleave (kernel 9, PE 8) missing"))
    #expect(
      try diagnosis(groups, due: pixels)
        == .permutation("depthwise interleave (kernel 9, PE 8) where none is due"))
  }

  /// A fully connected layer whose weights were exported for a channel-first flatten.
  @Test func flattenOrder() throws {
    let (node, found) = try first(
      compare("lenet") { network in
        try network.change("MVAU_hls_2", "weights") { r, c, all in all[r % 16 * 25 + r / 16][c] }
      })
    guard node == "MVAU_hls_2", case .permutation(let name) = found else {
      Issue.record("\(node): \(found)")
      return
    }
    #expect(name.hasPrefix("NHWC against NCHW: 25 pixels of 16 channels"))
  }
}
