extension Block {
  /// What HLS is asked to make of the block; nil: it is no HLS block.
  public var hlsWork: HLSWork? {
    guard !isRTL, let block = self as? any HLSBlock else { return nil }
    // The type says which of the two properties of this name is meant.
    let work: HLSWork = block.hlsWork
    return work
  }
}
