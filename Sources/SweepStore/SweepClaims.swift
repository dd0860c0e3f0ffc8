import DataflowAnalysis
import FoundationEssentials
import Glibc
import GRDB

/// Who works on which point, so that several processes on one file share the points.
///
/// A process that works on a sweep has a row in `worker`, with a heartbeat; a point it evaluates has
/// one in `claim`. What a process that is gone had claimed is free again.
public struct SweepClaims: Sendable {
  /// What came of asking for a point.
  public enum Answer: Sendable {
    /// This process evaluates it.
    case granted
    /// It was evaluated before.
    case done
    /// A living process is at it.
    case taken
  }

  /// Seconds without a heartbeat after which a process counts as gone.
  private static let longestSilence = 60.0
  static let beatInterval = 5.0

  private let database: SweepDatabase
  private let owner: String
  private let host: String

  /// Announces this process. Throws `InputError` or `StorageFailure` when that cannot be written.
  public init(_ database: SweepDatabase) throws {
    self.database = database
    host = Self.hostName()
    owner = UUID().uuidString
    try beat()
  }

  static func createTables(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS worker (
          owner TEXT PRIMARY KEY, host TEXT NOT NULL, process INTEGER NOT NULL, beat REAL NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS claim (
          address TEXT PRIMARY KEY, owner TEXT NOT NULL
        ) WITHOUT ROWID;
        """)
  }

  /// Says that this process still works.
  func beat() throws {
    try write { db in
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO worker VALUES (?, ?, ?, ?)")
        .execute(arguments: [owner, host, getpid(), Date().timeIntervalSince1970])
    }
  }

  /// Asks for a point.
  func take(_ address: String) throws -> Answer {
    try write { db in
      let done = try db.cachedStatement(sql: "SELECT 1 FROM point WHERE address = ?")
      if try Row.fetchOne(done, arguments: [address]) != nil { return .done }
      if let other = try claimant(of: address, db), other != owner, try isAlive(other, db) {
        return .taken
      }
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO claim VALUES (?, ?)")
        .execute(arguments: [address, owner])
      return .granted
    }
  }

  /// Commits the result of a point and gives up the claim in one step.
  func finish(_ entry: SweepDatabase.Entry) throws {
    try write { db in
      try SweepDatabase.insert(entry, db)
      try db.cachedStatement(sql: "DELETE FROM claim WHERE address = ?")
        .execute(arguments: [entry.address])
    }
  }

  /// Takes this process, and those that are long gone, off the file.
  public func end() throws {
    try write { db in
      try db.execute(
        sql: "DELETE FROM worker WHERE owner = ? OR beat < ?",
        arguments: [owner, Date().timeIntervalSince1970 - 10 * Self.longestSilence])
      try db.execute(sql: "DELETE FROM claim WHERE owner NOT IN (SELECT owner FROM worker)")
    }
  }

  private func write<T>(_ body: (Database) throws -> T) throws -> T {
    try database.reporting { try database.queue.write(body) }
  }

  private func claimant(of address: String, _ db: Database) throws -> String? {
    let claim = try db.cachedStatement(sql: "SELECT owner FROM claim WHERE address = ?")
    guard let row = try Row.fetchOne(claim, arguments: [address]),
      case .string(let owner) = (row[0] as DatabaseValue).storage
    else { return nil }
    return owner
  }

  /// On its own machine a process can be asked for; elsewhere its heartbeat has to do.
  private func isAlive(_ other: String, _ db: Database) throws -> Bool {
    let worker = try db.cachedStatement(
      sql: "SELECT host, process, beat FROM worker WHERE owner = ?")
    guard let row = try Row.fetchOne(worker, arguments: [other]),
      case .string(let otherHost) = (row[0] as DatabaseValue).storage,
      case .int64(let process) = (row[1] as DatabaseValue).storage,
      case .double(let beat) = (row[2] as DatabaseValue).storage,
      Date().timeIntervalSince1970 - beat < Self.longestSilence
    else { return false }
    guard otherHost == host, let number = pid_t(exactly: process), number > 0 else { return true }
    return kill(number, 0) == 0 || errno == EPERM
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
