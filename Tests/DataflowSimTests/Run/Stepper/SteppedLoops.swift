import DataflowSim

/// The programs of HLS blocks, from the node's attributes
/// (docs/reference/hls-rules.md).
extension Node {
  func steppedHLS(_ inputs: [Int], _ outputs: [Int]) -> SteppedHLS {
    var weightsFrom: Int?
    if opType == "MVAU_hls", string("mem_mode", "internal_decoupled") == "internal_decoupled" {
      weightsFrom = string("weight_stream", "memstream") == "always" ? 0 : 2
    }
    return SteppedHLS(
      inputs: inputs, outputs: outputs, programs: programs, weightsFrom: weightsFrom)
  }

  private var structure: String { string("hls_structure") }
  private var stages: Int { int("hls_stages", 3) }
  private var interval: Int { int("initiation_interval", 1) }

  private var programs: [[SteppedPhase]] {
    switch opType {
    case "StreamingMaxPool_hls": return [maxPoolProgram]
    case "LabelSelect_hls": return [labelSelectProgram]
    case "GlobalAccPool_hls":
      let fold = int("NumChannels") / int("PE")
      return [
        [
          .wait(2), loop(reads(vectors * fold), stages: 3), .wait(2),
          loop(writes(fold), stages: 2), .wait(2), .drain,
        ]
      ]
    default: break
    }
    switch structure {
    case "call":
      return [[.wait(2), loop(iterations, stages: stages), .drain]]
    case "continuous": return [[endless(iterations, stages: stages)]]
    case "two_processes": return twoProcesses
    default:
      let all = iterations[0]
      let work: [SteppedPhase] = stages > 6 ? [.wait(stages - 6)] : []
      return [[.wait(2), .read(all.reads)] + work + [.write(all.writes), .wait(1), .drain]]
    }
  }

  /// A loop that is left: words are written in its last stage.
  private func loop(_ iterations: [Iteration], stages: Int) -> SteppedPhase {
    .loop(
      SteppedLoop(
        iterations: iterations, stages: stages, writeStage: stages - 1, interval: interval))
  }

  private func endless(_ iterations: [Iteration], stages: Int) -> SteppedPhase {
    .loop(
      SteppedLoop(
        iterations: iterations, stages: stages, writeStage: stages - 2, waitsUntilLeft: true,
        isEndless: true, hasExit: stages > 2, interval: interval))
  }

  private var maxPoolProgram: [SteppedPhase] {
    let (dim, k) = (ints("ImgDim"), ints("PoolDim"))
    let (rows, columns) = (dim[0] / k[0], dim[1] / k[1])
    let isOneBit = bits("dataType") == 1
    var program: [SteppedPhase] = [.wait(3)]
    if !isOneBit { program.append(loop(Array(repeating: Iteration(), count: columns), stages: 1)) }
    for _ in 0..<rows {
      program.append(.wait(1))
      if isOneBit {
        program += [loop(reads(k[0] * dim[1]), stages: 3), .wait(2)]
      } else {
        for _ in 0..<k[0] * columns { program += [.wait(3), loop(reads(k[1]), stages: 1)] }
        program.append(.wait(1))
      }
      program.append(loop(writes(columns), stages: 2))
    }
    return program + [.wait(1), .drain]
  }

  private var labelSelectProgram: [SteppedPhase] {
    let k = int("K")
    let results: [SteppedPhase] =
      k == 1 ? [.write(1)] : [.wait(1), loop(writes(k), stages: 2), .wait(1)]
    guard structure == "call" else {
      return [.read(1), .wait(stages - 3)] + results + [.drain]
    }
    return [.wait(2), loop(reads(int("Labels") / int("PE")), stages: stages)] + results + [.drain]
  }

  /// In to the least common multiple of the widths, and out of it.
  private var twoProcesses: [[SteppedPhase]] {
    let (from, to) = (int("inWidth"), int("outWidth"))
    let bits = ints("shape").reduce(1, *) * bits("dataType")
    var common = from
    while common % to != 0 { common += from }
    let join = (0..<bits / from).map { i in
      Iteration(reads: 1, writes: (i + 1) % (common / from) == 0 ? 1 : 0)
    }
    let split = (0..<bits / to).map { i in
      Iteration(reads: i % (common / to) == 0 ? 1 : 0, writes: 1)
    }
    return [
      [
        .loop(
          SteppedLoop(
            iterations: join, stages: 2, writeStage: 1, isEndless: true))
      ],
      [
        .loop(
          SteppedLoop(
            iterations: split, stages: 3, writeStage: 1, readStage: 1, waitsUntilLeft: true,
            isEndless: true))
      ],
    ]
  }

  private var iterations: [Iteration] {
    switch opType {
    case "Thresholding_hls", "ChannelwiseOp_hls", "DuplicateStreams_hls", "AddStreams_hls",
      "StreamingEltwise_hls":
      elementwise
    case "StreamingDataWidthConverter_hls": conversion
    case "FMPadding_hls": padding
    case "FMPadding_Pixel_hls": pixelPadding
    case "Pool_hls": pool
    case "UpsampleNearestNeighbour_hls": upsample
    case "DownSampler_hls": downSample
    case "MVAU_hls": matrixVector
    case "ConvolutionInputGenerator_hls": window
    case "StreamingSplit_hls": parts { Iteration(reads: 1, writes: 1 << $0) }
    case "StreamingConcat_hls": parts { Iteration(reads: 1 << $0, writes: 1) }
    default: preconditionFailure("no loop nest for \(opType)")
    }
  }

  private var vectors: Int { ints("numInputVectors", [1]).reduce(1, *) }

  private func reads(_ n: Int) -> [Iteration] { Array(repeating: Iteration(reads: 1), count: n) }
  private func writes(_ n: Int) -> [Iteration] { Array(repeating: Iteration(writes: 1), count: n) }

  private var elementwise: [Iteration] {
    let iteration = Iteration(
      reads: opType == "AddStreams_hls" || opType == "StreamingEltwise_hls" ? 3 : 1,
      writes: opType == "DuplicateStreams_hls" ? (1 << UInt32(int("NumOutputStreams"))) - 1 : 1)
    return Array(repeating: iteration, count: vectors * int("NumChannels") / int("PE"))
  }

  private var conversion: [Iteration] {
    let (from, to) = (int("inWidth"), int("outWidth"))
    let bits = ints("shape").reduce(1, *) * bits("dataType")
    return to > from
      ? (0..<bits / from).map { Iteration(reads: 1, writes: ($0 + 1) % (to / from) == 0 ? 1 : 0) }
      : (0..<bits / to).map { Iteration(reads: $0 % (from / to) == 0 ? 1 : 0, writes: 1) }
  }

  private var padding: [Iteration] {
    let (dim, pad) = (ints("ImgDim"), ints("Padding"))
    let fold = int("NumChannels") / int("SIMD", 1)
    var list: [Iteration] = []
    for y in 0..<(pad[0] + dim[0] + pad[2]) {
      for x in 0..<(pad[1] + dim[1] + pad[3]) {
        let inside = y >= pad[0] && y < pad[0] + dim[0] && x >= pad[1] && x < pad[1] + dim[1]
        for _ in 0..<fold { list.append(Iteration(reads: inside ? 1 : 0, writes: 1)) }
      }
    }
    return list
  }

  private var pixelPadding: [Iteration] {
    let (dim, step) = (ints("ImgDim"), ints("Stride"))
    var list: [Iteration] = []
    for y in 0..<((dim[0] - 1) * step[0] + 1) {
      for x in 0..<((dim[1] - 1) * step[1] + 1) {
        let reads: UInt32 = y % step[0] == 0 && x % step[1] == 0 ? 1 : 0
        for _ in 0..<int("NumChannels") / int("SIMD", 1) {
          list.append(Iteration(reads: reads, writes: 1))
        }
      }
    }
    return list
  }

  private var pool: [Iteration] {
    let pixels = ints("OutImgDims").reduce(1, *)
    let kernel = ints("KernelSize").reduce(1, *)
    var list: [Iteration] = []
    for _ in 0..<pixels * int("Channels") / int("PE") {
      for k in 0..<kernel { list.append(Iteration(reads: 1, writes: k == kernel - 1 ? 1 : 0)) }
    }
    return list
  }

  private var upsample: [Iteration] {
    let (small, large) = (int("IFMDim"), int("OFMDim"))
    var list: [Iteration] = []
    for y in 0..<large {
      for x in 0..<large {
        list.append(Iteration(reads: x < small && y % (large / small) == 0 ? 1 : 0, writes: 1))
      }
    }
    return list
  }

  private var downSample: [Iteration] {
    let (dim, step) = (int("ImgDim"), int("Stride"))
    var list: [Iteration] = []
    for y in 0..<dim {
      for x in 0..<dim {
        let keeps = y % step == 0 && x % step == 0
        for _ in 0..<int("NumChannels") / int("SIMD", 1) {
          list.append(Iteration(reads: 1, writes: keeps ? 1 : 0))
        }
      }
    }
    return list
  }

  private var matrixVector: [Iteration] {
    let (neurons, synapses) = (int("MH") / int("PE"), int("MW") / int("SIMD"))
    let weights: UInt32 = string("mem_mode", "internal_decoupled") == "internal_embedded" ? 0 : 2
    return (0..<vectors * neurons * synapses).map { i in
      Iteration(
        reads: (i / synapses % neurons == 0 ? 1 : 0) | weights,
        writes: i % synapses == synapses - 1 ? 1 : 0)
    }
  }

  /// Square windows whose kernel is a multiple of the stride.
  private var window: [Iteration] {
    let (k, stride) = (ints("ConvKernelDim")[0], ints("Stride")[0])
    let (image, output) = (ints("IFMDim")[0], ints("OFMDim")[0])
    let fold = int("IFMChannels") / int("SIMD")
    let (toWrite, toRead) = (output * k * k * fold, stride * image * fold)
    let most = max(toWrite, toRead)
    var list: [Iteration] = []
    var (block, word, counter) = (0, 0, 0)
    func count(_ iteration: Iteration) {
      list.append(iteration)
      guard iteration.reads == 1 else { return }
      word += 1
      if word == toRead { (block, word) = (block + 1, 0) }
    }
    for _ in 0..<image * k * fold { count(Iteration(reads: 1)) }
    for _ in 0..<output * most {
      count(
        Iteration(
          reads: counter < toRead - 1 && block < image / stride ? 1 : 0,
          writes: counter < toWrite - 1 ? 1 : 0))
      counter = counter + 1 == most - 1 ? 0 : counter + 1
    }
    return list
  }

  private func parts(_ part: (UInt32) -> Iteration) -> [Iteration] {
    var list: [Iteration] = []
    for _ in 0..<vectors {
      for (port, channels) in ints("ChannelsPerStream").enumerated() {
        for _ in 0..<channels / int("SIMD") { list.append(part(UInt32(port))) }
      }
    }
    return list
  }
}
