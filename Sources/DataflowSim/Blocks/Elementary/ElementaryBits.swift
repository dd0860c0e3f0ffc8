import SimKernels

extension Fork: BitBlock {
  package func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] {
    inputs.flatMap { [$0, $0] }
  }
  package func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits(copies: 2) }
}

extension Join: BitBlock {
  package func layouts(fedBy inputs: [StreamLayout]) throws -> [StreamLayout] {
    guard inputs.count == 2, inputs[0].dataType == inputs[1].dataType else {
      throw InputError("joins streams of one element type")
    }
    guard inputs[0].words == inputs[1].words else {
      throw InputError(
        "joins frames of \(inputs[0].words) and of \(inputs[1].words) words",
        hint: "both inputs need as many words")
    }
    var both = inputs[0]
    both.elements += inputs[1].elements
    let folds = max(1, inputs[0].rowLength / inputs[0].elements)
    both.shape = inputs[0].shape.dropLast() + [folds * both.elements]
    return [both]
  }

  package func bits(_ setup: BitSetup) -> any BlockBits {
    JoinBits(lengths: setup.inputs.map(\.elements), layout: setup.outputs[0])
  }
}

/// Words side by side, input 0 in the low bits.
struct JoinBits: BlockBits {
  let lengths: [Int]
  let layout: StreamLayout

  func frame(_ inputs: [Integers]) -> FrameResult {
    let joined = Integers.interleaved(inputs, lengths: lengths, format: layout.format)
    return FrameResult(joined.reshaped(rowLength: layout.rowLength))
  }

  func schedule() -> WordSchedule {
    .groups(inputs: lengths.map { _ in 1 }, outputs: [1])
  }
}

extension Decimate: BitBlock {
  package func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] {
    inputs.map { input in
      let (height, width) = (imgDim[0] / 2, imgDim[1] / 2)
      return StreamLayout(
        dataType: input.dataType,
        shape: [1, height, width, wordsPerPixel * input.elements],
        elements: input.elements, words: height * width * wordsPerPixel)
    }
  }

  package func bits(_ setup: BitSetup) -> any BlockBits {
    var pixels: [Int] = []
    for y in 0..<imgDim[0] / 2 {
      for x in 0..<imgDim[1] / 2 { pixels.append((2 * y + 1) * imgDim[1] + 2 * x + 1) }
    }
    return PixelGatherBits(
      pixels: pixels, inputPixels: product(imgDim), words: wordsPerPixel,
      channels: setup.outputs[0].rowLength)
  }
}
