extension Channel {
  /// A word is offered and has not been taken, or its writer waits for room.
  package var isBlocked: Bool { isWire ? written > read : pending != .never || writerWaits }

  /// The same when nothing moves any more, with the words that wait inside: more than the last of the
  /// merged stages holds.
  var holdsBlockedWord: Bool { isBlocked || available > capacity - upstreamCapacity }
}
