extension Block {
  /// What HLS is asked to make of the block; nil: it is no HLS block.
  public var hlsWork: HLSWork? { isRTL ? nil : (self as? any HLSBlock)?.hlsWork }
}
