import SwiftProtobuf

/// Cycles in which a node does one thing, or several stretches of them summed up.
package struct Stretch {
  package var start: Cycle
  package var end: Cycle
  package var busy = 0
  package var blocked = 0
  package var starved = 0
  /// The stream waited for, of a single stretch.
  var stream: Int?
  package var count = 1

  var length: Int { end - start }

  static let names = ["busy", "blocked", "starved"]
  static let annotationNames = [
    "no room on", "no word on", "stretches summed up", "busy cycles", "blocked cycles",
    "starved cycles",
  ]

  /// The interned name of what it is most of the time.
  var name: UInt64 { busy >= blocked && busy >= starved ? 1 : blocked >= starved ? 2 : 3 }

  mutating func append(_ next: Stretch) {
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

/// The stretches of a track, no more than a limit: short ones are summed up where there are too many.
package struct Stretches {
  package private(set) var list: [Stretch] = []
  /// Neighbours shorter than this are summed up.
  private var resolution = 0
  private let limit: Int

  package init(limit: Int) { self.limit = limit }

  package mutating func add(_ start: Cycle, _ end: Cycle, _ activity: NodeWalk.Activity) {
    var stretch = Stretch(start: start, end: end)
    switch activity {
    case .busy: stretch.busy = end - start
    case .blocked(let stream): (stretch.blocked, stretch.stream) = (end - start, stream)
    case .starved(let stream): (stretch.starved, stretch.stream) = (end - start, stream)
    case .unknown: return
    }
    append(stretch)
    guard list.count > limit else { return }
    while list.count > limit / 2 {
      resolution = max(2, 2 * resolution)
      let all = list
      list.removeAll(keepingCapacity: true)
      for stretch in all { append(stretch) }
    }
  }

  private mutating func append(_ stretch: Stretch) {
    if let last = list.last, last.end == stretch.start, last.length < resolution,
      stretch.length < resolution
    {
      list[list.count - 1].append(stretch)
    } else {
      list.append(stretch)
    }
  }
}

/// The levels of a FIFO, no more than a limit: short stretches become one with the highest level.
struct LevelStretches {
  struct Level {
    var start: Cycle
    var end: Cycle
    var level: Int
  }

  private(set) var list: [Level] = []
  private var resolution = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func add(_ start: Cycle, _ end: Cycle, _ level: Int) {
    append(Level(start: start, end: end, level: level))
    guard list.count > limit else { return }
    while list.count > limit / 2 {
      resolution = max(2, 2 * resolution)
      let all = list
      list.removeAll(keepingCapacity: true)
      for level in all { append(level) }
    }
  }

  private mutating func append(_ next: Level) {
    if let last = list.last, last.end - last.start < resolution, next.end - next.start < resolution
    {
      list[list.count - 1].end = next.end
      list[list.count - 1].level = max(last.level, next.level)
    } else {
      list.append(next)
    }
  }
}
