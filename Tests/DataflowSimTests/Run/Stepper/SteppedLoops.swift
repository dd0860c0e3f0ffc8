import DataflowSim

/// The loop nests of HLS blocks, iteration by iteration
/// (docs/reference/hls-rules.md#what-an-iteration-does).
extension Node {
  func steppedNest(_ inputs: [Int], _ outputs: [Int]) -> SteppedNest {
    SteppedNest(
      inputs: inputs, outputs: outputs, frame: iterations, latency: int("latency"),
      interval: int("initiation_interval", 1))
  }

  private var iterations: [Iteration] {
    switch opType {
    case "Thresholding_hls", "ChannelwiseOp_hls", "DuplicateStreams_hls", "AddStreams_hls":
      elementwise
    case "StreamingDataWidthConverter_hls": conversion
    case "FMPadding_hls": padding
    case "FMPadding_Pixel_hls": pixelPadding
    case "StreamingMaxPool_hls": maxPool
    case "Pool_hls": pool
    case "GlobalAccPool_hls":
      reads(vectors * int("NumChannels") / int("PE"))
        + writes(int("NumChannels") / int("PE"))
    case "LabelSelect_hls": reads(int("Labels") / int("PE")) + writes(int("K"))
    case "UpsampleNearestNeighbour_hls": upsample
    case "DownSampler_hls": downSample
    case "MVAU_hls": matrixVector
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
      reads: opType == "AddStreams_hls" ? 3 : 1,
      writes: opType == "DuplicateStreams_hls" ? (1 << UInt32(int("NumOutputStreams"))) - 1 : 1)
    return Array(repeating: iteration, count: vectors * int("NumChannels") / int("PE"))
  }

  private var conversion: [Iteration] {
    let (from, to) = (int("inWidth"), int("outWidth"))
    return to > from
      ? (0..<to / from).map { Iteration(reads: 1, writes: $0 == to / from - 1 ? 1 : 0) }
      : (0..<from / to).map { Iteration(reads: $0 == 0 ? 1 : 0, writes: 1) }
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

  private var maxPool: [Iteration] {
    let (dim, k) = (ints("ImgDim"), ints("PoolDim"))
    return (0..<dim[0] / k[0]).flatMap { _ in reads(k[0] * dim[1]) + writes(dim[1] / k[1]) }
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
    var list: [Iteration] = []
    for n in 0..<neurons {
      for s in 0..<synapses {
        list.append(Iteration(reads: n == 0 ? 1 : 0, writes: s == synapses - 1 ? 1 : 0))
      }
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
