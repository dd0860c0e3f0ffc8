extension StreamingFIFO: BitBlock {
  package func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] { inputs }
  package func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits() }
}
