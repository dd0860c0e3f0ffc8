import DataflowAnalysis
import GRDB

/// The tables of a sweep, and whether a database holds them and nothing else.
///
/// A file of a stranger may hold views and triggers that SQLite would run, or columns of other names;
/// so everything in it is compared with what simrun makes.
enum SweepSchema {
  private static let columns = [
    "version": ["format", "version"],
    "subject": ["address", "design", "space"],
    "point": [
      "address", "ordinal", "point", "status", "cycles", "fps", "latency", "lut", "bram18", "uram",
      "dsp", "fits", "message", "seconds",
    ],
    // Added by the first simrun that shared points between processes.
    "worker": ["owner", "host", "process", "beat"],
    "claim": ["address", "owner"],
  ]

  static let creation = """
    CREATE TABLE version (format TEXT NOT NULL, version INTEGER NOT NULL);
    CREATE TABLE subject (address TEXT NOT NULL, design TEXT NOT NULL, space TEXT NOT NULL);
    CREATE TABLE point (
      address TEXT PRIMARY KEY, ordinal INTEGER NOT NULL, point TEXT NOT NULL,
      status TEXT NOT NULL, cycles REAL NOT NULL, fps REAL NOT NULL, latency INTEGER NOT NULL,
      lut INTEGER NOT NULL, bram18 INTEGER NOT NULL, uram INTEGER NOT NULL,
      dsp INTEGER NOT NULL, fits INTEGER, message TEXT NOT NULL, seconds REAL NOT NULL
    ) WITHOUT ROWID;
    """

  /// All columns of a point, in the order of `StoredPoint.Column`.
  static let selection = "SELECT \(pointColumns) FROM point"
  static let insertion =
    "INSERT OR IGNORE INTO point (\(pointColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
  private static let pointColumns = columns["point"]!.joined(separator: ", ")

  /// Whether the database holds a sweep; false: it holds nothing.
  ///
  /// Throws `InputError` when it holds something else, or a sweep of another version.
  static func isPresent(_ db: Database) throws -> Bool {
    let parts = try Row.fetchAll(
      db, sql: "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite#_%' ESCAPE '#'")
    if parts.isEmpty { return false }
    var missing: Set = ["version", "subject", "point"]
    for part in parts {
      guard case .string(let kind) = (part[0] as DatabaseValue).storage,
        case .string(let name) = (part[1] as DatabaseValue).storage
      else { throw foreign }
      try require(kind, name, db)
      missing.remove(name)
    }
    guard missing.isEmpty else { throw foreign }
    try requireVersion(db)
    return true
  }

  private static let foreign = InputError("is a database, but not one of simrun sweep")

  private static func require(_ kind: String, _ name: String, _ db: Database) throws {
    guard kind == "table", let expected = columns[name] else { throw foreign }
    let found = try db.columns(in: name).map(\.name)
    guard found == expected else {
      guard name == "point" else { throw foreign }
      let lacking = expected.filter { !found.contains($0) }
      let surplus = found.filter { !expected.contains($0) }
      throw InputError(
        lacking.isEmpty
          ? "has columns that are not simrun's: \(surplus.joined(separator: ", "))"
          : "lacks \(lacking.joined(separator: ", "))", at: "table '\(name)'",
        hint: "something other than simrun changed this file; start a new one")
    }
  }

  private static func requireVersion(_ db: Database) throws {
    guard let row = try Row.fetchOne(db, sql: "SELECT format, version FROM version"),
      (row[0] as DatabaseValue).storage == .string("simrun-sweep")
    else { throw foreign }
    guard (row[1] as DatabaseValue).storage == .int64(Int64(SweepDatabase.version)) else {
      throw InputError(
        "is a sweep of version \((row[1] as DatabaseValue).description); this simrun reads version "
          + "\(SweepDatabase.version)", hint: "start a new file")
    }
  }
}
