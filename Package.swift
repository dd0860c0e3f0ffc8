// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "simrun",
  products: [
    // `import DataflowAnalysis` brings the engine, the traces and the model with it; `DesignFiles`
    // opens files.
    .library(
      name: "DataflowSim",
      targets: ["SimModel", "DataflowSim", "DataflowTrace", "DataflowAnalysis", "DesignFiles"]),
    .library(name: "SimKernels", targets: ["SimKernels"]),
    .executable(name: "simrun", targets: ["simrun"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "5.0.1"),
    .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CGMP", pkgConfig: "gmp", providers: [.apt(["libgmp-dev"])]),
    .systemLibrary(
      name: "CZip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev", "zlib1g-dev"])]),
    .systemLibrary(
      name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    // The commit a released program says it is made from.
    .target(name: "CBuild"),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
    .target(name: "SimKernels", dependencies: ["CKernels", "CGMP"]),
    // What a signal that ends the process removes.
    .target(name: "CPartialFiles"),
    .target(name: "SimModel", dependencies: ["SimKernels", "CZip", "CPartialFiles"]),
    .target(
      name: "DataflowSim", dependencies: ["SimModel", "SimKernels", "CGMP"],
      // The engine's hot loops go through raw pointers; checking every access to a class property
      // at run time costs observed runs a fifth of their speed.
      swiftSettings: [.unsafeFlags(["-enforce-exclusivity=unchecked"])]),
    // GTKWave's reader and writer of FST files.
    .target(
      name: "CFST", exclude: ["LICENSE"],
      cSettings: [
        .unsafeFlags(["-O2", "-w"]), .define("FST_CONFIG_INCLUDE", to: "\"fst_config.h\""),
      ],
      linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CFSTText", dependencies: ["CFST"]),
    .target(
      name: "DataflowTrace",
      dependencies: [
        "DataflowSim", "SimKernels", "CZstd", "CFST", "CFSTText",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Perfetto/perfetto.proto"],
      // The writer takes every handshake of a run.
      swiftSettings: [.unsafeFlags(["-enforce-exclusivity=unchecked"])]),
    .target(
      name: "DataflowAnalysis", dependencies: ["DataflowSim", "DataflowTrace", "SimKernels"]),
    .target(
      name: "ONNXFormat",
      dependencies: ["SimModel", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["onnx.proto", "annotated.proto"]),
    .target(name: "OriginalModel", dependencies: ["ONNXFormat", "SimModel", "SimKernels"]),
    .target(
      name: "DesignFiles",
      dependencies: [
        "DataflowSim", "ONNXFormat", "OriginalModel", "CExpat",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
        .product(name: "Yams", package: "Yams"),
      ]),
    // The report page's own style and scripts, and dagre for the layout of graphs, embedded.
    .target(
      name: "CPageParts", exclude: ["page", "dagre"], cSettings: [.unsafeFlags(["-std=gnu23"])]),
    .target(name: "ReportPage", dependencies: ["DataflowAnalysis", "ONNXFormat", "CPageParts"]),
    .target(
      name: "SweepStore",
      dependencies: [
        "DataflowAnalysis", "ReportPage", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .executableTarget(
      name: "simrun",
      dependencies: [
        "DataflowAnalysis", "OriginalModel", "DesignFiles", "ReportPage", "SweepStore", "CBuild",
        .product(name: "ArgumentParser", package: "swift-argument-parser"), "Rainbow",
      ]),
    .testTarget(
      name: "DataflowSimTests",
      dependencies: [
        "SimKernels", "SimModel", "DataflowSim", "DataflowTrace", "DataflowAnalysis", "ONNXFormat",
        "OriginalModel", "DesignFiles", "ReportPage", "SweepStore", "simrun", "CZstd",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Resources"]),
  ]
)

// Warnings are errors with the compilers the project is checked with; a later one may warn of more.
#if compiler(<6.4)
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
#endif
