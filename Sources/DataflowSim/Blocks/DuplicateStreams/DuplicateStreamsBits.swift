extension DuplicateStreams: BitBlock {
  package func bits(_ setup: BitSetup) -> any BlockBits { PassThroughBits(copies: copies) }
}
