/// Which ports one iteration of an HLS loop reads and writes (bit i is port i).
struct Iteration: Equatable {
  var reads: UInt32 = 0
  var writes: UInt32 = 0
}
