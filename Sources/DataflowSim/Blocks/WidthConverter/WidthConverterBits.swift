extension WidthConverter: BitBlock {
  package func bits(_ setup: BitSetup) -> any BlockBits {
    RegroupBits(inputs: inputs[0].words ?? 1, outputs: outputs[0].words ?? 1)
  }
}
