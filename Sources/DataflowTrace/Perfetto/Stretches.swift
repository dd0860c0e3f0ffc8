import SwiftProtobuf

/// Cycles in which a node does one thing, or several stretches of them summed up.
package struct Stretch: TrackPart {
  package var start: Cycle
  package var end: Cycle
  package var busy = 0
  package var blocked = 0
  package var starved = 0
  /// The stream waited for, of a single stretch.
  var stream: Int?
  package var count = 1

  static let names = ["busy", "blocked", "starved"]
  static let annotationNames = [
    "no room on", "no word on", "stretches summed up", "busy cycles", "blocked cycles",
    "starved cycles",
  ]

  /// The interned name of what it is most of the time.
  var name: UInt64 { busy >= blocked && busy >= starved ? 1 : blocked >= starved ? 2 : 3 }

  package mutating func append(_ next: Stretch) {
    end = next.end
    busy += next.busy
    blocked += next.blocked
    starved += next.starved
    count += next.count
  }

  func annotations(_ streams: [String]) -> [PerfettoDebugAnnotation] {
    func annotation(_ name: Int, _ value: Int) -> PerfettoDebugAnnotation {
      var annotation = PerfettoDebugAnnotation()
      annotation.nameIid = UInt64(name)
      annotation.intValue = Int64(value)
      return annotation
    }
    guard count == 1 else {
      return [
        annotation(3, count), annotation(4, busy), annotation(5, blocked), annotation(6, starved),
      ]
    }
    guard let stream else { return [] }
    var wait = PerfettoDebugAnnotation()
    wait.nameIid = blocked > 0 ? 1 : 2
    wait.stringValue = streams[stream]
    return [wait]
  }
}

/// A stretch of a track that can take in the one behind it.
package protocol TrackPart {
  var start: Cycle { get }
  var end: Cycle { get }
  mutating func append(_ next: Self)
}

/// The parts of a track, no more than a limit: short neighbours become one where there are too many.
package struct Track<Part: TrackPart> {
  package private(set) var list: [Part] = []
  /// Neighbours shorter than this become one.
  private var resolution = 0
  private let limit: Int

  package init(limit: Int) { self.limit = limit }

  package mutating func add(_ part: Part) {
    append(part)
    guard list.count > limit else { return }
    while list.count > limit / 2 {
      resolution = max(2, 2 * resolution)
      let all = list
      list.removeAll(keepingCapacity: true)
      for part in all { append(part) }
    }
  }

  private mutating func append(_ next: Part) {
    if let last = list.last, last.end == next.start, last.end - last.start < resolution,
      next.end - next.start < resolution
    {
      list[list.count - 1].append(next)
    } else {
      list.append(next)
    }
  }
}

/// What a node does.
package typealias Stretches = Track<Stretch>

extension Stretches {
  package mutating func add(_ start: Cycle, _ end: Cycle, _ activity: NodeWalk.Activity) {
    var stretch = Stretch(start: start, end: end)
    switch activity {
    case .busy: stretch.busy = end - start
    case .blocked(let stream): (stretch.blocked, stretch.stream) = (end - start, stream)
    case .starved(let stream): (stretch.starved, stretch.stream) = (end - start, stream)
    case .unknown: return
    }
    add(stretch)
  }
}

/// What a FIFO holds: of parts that became one the highest level.
struct Level: TrackPart {
  var start: Cycle
  var end: Cycle
  var level: Int

  mutating func append(_ next: Level) {
    end = next.end
    level = max(level, next.level)
  }
}
