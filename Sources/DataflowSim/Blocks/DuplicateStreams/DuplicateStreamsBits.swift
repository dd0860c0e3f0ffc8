extension DuplicateStreams: BitBlock {
  public func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits(copies: copies) }
}
