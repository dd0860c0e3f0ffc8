extension Loop {
  /// `reads` words in become `writes` words out: every output word leaves in the iteration after
  /// its last bit has come in.
  static func conversion(reads: Int, writes: Int) -> [Loop] {
    if writes == 1 { return Loop.reduce(reads) }
    if reads == 1 { return [.run(1, reads: 1, writes: 1), .run(writes - 1, writes: 1)] }
    // Bits in units of 1/(reads·writes) of the common word.
    var iterations = Loop.Joined()
    var (have, read, written) = (0, 0, 0)
    while written < writes {
      let takes = read < reads && have < reads
      if takes {
        have += writes
        read += 1
      }
      let gives = have >= reads
      if gives {
        have -= reads
        written += 1
      }
      iterations.add(1, reads: takes ? 1 : 0, writes: gives ? 1 : 0)
    }
    return iterations.loops
  }
}
