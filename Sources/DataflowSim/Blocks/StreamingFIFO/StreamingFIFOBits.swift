extension StreamingFIFO: BitBlock {
  public func layouts(fedBy inputs: [StreamLayout]) -> [StreamLayout] { inputs }
  public func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits() }
}
