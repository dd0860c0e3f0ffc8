/// What simrun is built from: every package and library in the binary, and under which terms.
///
/// `simrun --licenses` prints it; a test holds it against `Package.resolved` and the system packages.
package enum Licences {
  package struct Component {
    package var name: String
    /// nil: a system library, of the version that is installed.
    package var version: String?
    /// SPDX expression.
    package var licence: String
    package var source: String
  }

  package static let own = Component(
    name: "simrun", version: nil, licence: "Apache-2.0", source: "LICENSE in its repository")

  /// Swift packages, by the identity that `Package.resolved` gives them.
  package static let packages = [
    Component(
      name: "grdb.swift", version: "7.10.0", licence: "MIT",
      source: "https://github.com/groue/GRDB.swift"),
    Component(
      name: "rainbow", version: "4.2.2", licence: "MIT",
      source: "https://github.com/onevcat/Rainbow"),
    Component(
      name: "swift-argument-parser", version: "1.8.2",
      licence: "Apache-2.0 WITH Swift-exception",
      source: "https://github.com/apple/swift-argument-parser"),
    Component(
      name: "swift-protobuf", version: "1.39.0", licence: "Apache-2.0 WITH Swift-exception",
      source: "https://github.com/apple/swift-protobuf"),
    Component(
      name: "yams", version: "5.0.1", licence: "MIT", source: "https://github.com/jpsim/Yams"),
  ]

  /// Libraries of the system, by the Debian package that brings them.
  package static let libraries = [
    Component(
      name: "libexpat1-dev", version: nil, licence: "MIT", source: "https://libexpat.github.io"),
    Component(
      name: "libgmp-dev", version: nil, licence: "LGPL-3.0-or-later OR GPL-2.0-or-later",
      source: "https://gmplib.org"),
    Component(name: "libminizip-dev", version: nil, licence: "Zlib", source: "https://zlib.net"),
    Component(
      name: "libsqlite3-dev", version: nil, licence: "blessing", source: "https://sqlite.org"),
    Component(
      name: "libzstd-dev", version: nil, licence: "BSD-3-Clause OR GPL-2.0-only",
      source: "https://github.com/facebook/zstd"),
    Component(name: "zlib1g-dev", version: nil, licence: "Zlib", source: "https://zlib.net"),
    Component(
      name: "ICU (in Foundation)", version: nil, licence: "Unicode-3.0",
      source: "https://icu.unicode.org"),
    Component(
      name: "swift (runtime, Foundation)", version: nil,
      licence: "Apache-2.0 WITH Swift-exception", source: "https://swift.org"),
  ]

  /// What lies in the sources as its authors wrote it.
  package static let vendored = [
    Component(
      name: "dagre", version: "netron 9.3.3", licence: "MIT",
      source: "https://github.com/dagrejs/dagre"),
    Component(
      name: "fastlz, lz4 (in fstapi)", version: "verilator 5.006", licence: "MIT AND BSD-2-Clause",
      source: "https://github.com/gtkwave/gtkwave"),
    Component(
      name: "fstapi", version: "verilator 5.006", licence: "MIT",
      source: "https://github.com/gtkwave/gtkwave"),
  ]

  package static var text: String {
    var table = TextTable()
    table.add(["component", "version", "licence", "source"])
    for part in [own] + packages + vendored + libraries {
      table.add([part.name, part.version ?? "-", part.licence, part.source])
    }
    return table.text
  }
}
