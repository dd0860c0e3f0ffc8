/// The bits of a block whose output words the time plane may rearrange.
protocol CoreBits: BlockBits {
  /// The words of `results`, from all words of all inputs.
  func words(_ results: [CoreResult], inputs: [WordSequence]) throws -> WordSequence
}
