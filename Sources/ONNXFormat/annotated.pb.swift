// DO NOT EDIT.
// swift-format-ignore-file
// swiftlint:disable all
//
// Made from annotated.proto, in the form of the Swift generator plugin for the protocol buffer compiler.

import SwiftProtobuf

package nonisolated struct AnnotatedModel: Sendable {
  package var graph: AnnotatedGraph {
    get {_graph ?? AnnotatedGraph()}
    set {_graph = newValue}
  }
  package var hasGraph: Bool {self._graph != nil}

  package var metadataProps: [AnnotatedEntry] = []

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _graph: AnnotatedGraph? = nil
}

package nonisolated struct AnnotatedGraph: Sendable {
  package var node: [AnnotatedNode] = []

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

}

package nonisolated struct AnnotatedNode: Sendable {
  package var name: String {
    get {_name ?? String()}
    set {_name = newValue}
  }
  package var hasName: Bool {self._name != nil}

  package var opType: String {
    get {_opType ?? String()}
    set {_opType = newValue}
  }
  package var hasOpType: Bool {self._opType != nil}

  package var metadataProps: [AnnotatedEntry] = []

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _name: String? = nil
  fileprivate var _opType: String? = nil
}

package nonisolated struct AnnotatedEntry: Sendable {
  package var key: String {
    get {_key ?? String()}
    set {_key = newValue}
  }
  package var hasKey: Bool {self._key != nil}

  package var value: String {
    get {_value ?? String()}
    set {_value = newValue}
  }
  package var hasValue: Bool {self._value != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _key: String? = nil
  fileprivate var _value: String? = nil
}

nonisolated extension AnnotatedModel: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "Model"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{2}\u{7}graph\0\u{4}\u{7}metadata_props\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 7: try { try decoder.decodeSingularMessageField(value: &self._graph) }()
      case 14: try { try decoder.decodeRepeatedMessageField(value: &self.metadataProps) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._graph {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 7)
    } }()
    if !self.metadataProps.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.metadataProps, fieldNumber: 14)
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: AnnotatedModel, rhs: AnnotatedModel) -> Bool {
    if lhs._graph != rhs._graph {return false}
    if lhs.metadataProps != rhs.metadataProps {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension AnnotatedGraph: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "Graph"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}node\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeRepeatedMessageField(value: &self.node) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    if !self.node.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.node, fieldNumber: 1)
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: AnnotatedGraph, rhs: AnnotatedGraph) -> Bool {
    if lhs.node != rhs.node {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension AnnotatedNode: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "Node"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{2}\u{3}name\0\u{3}op_type\0\u{4}\u{5}metadata_props\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 3: try { try decoder.decodeSingularStringField(value: &self._name) }()
      case 4: try { try decoder.decodeSingularStringField(value: &self._opType) }()
      case 9: try { try decoder.decodeRepeatedMessageField(value: &self.metadataProps) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._name {
      try visitor.visitSingularStringField(value: v, fieldNumber: 3)
    } }()
    try { if let v = self._opType {
      try visitor.visitSingularStringField(value: v, fieldNumber: 4)
    } }()
    if !self.metadataProps.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.metadataProps, fieldNumber: 9)
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: AnnotatedNode, rhs: AnnotatedNode) -> Bool {
    if lhs._name != rhs._name {return false}
    if lhs._opType != rhs._opType {return false}
    if lhs.metadataProps != rhs.metadataProps {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension AnnotatedEntry: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "Entry"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}key\0\u{1}value\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeSingularStringField(value: &self._key) }()
      case 2: try { try decoder.decodeSingularStringField(value: &self._value) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._key {
      try visitor.visitSingularStringField(value: v, fieldNumber: 1)
    } }()
    try { if let v = self._value {
      try visitor.visitSingularStringField(value: v, fieldNumber: 2)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: AnnotatedEntry, rhs: AnnotatedEntry) -> Bool {
    if lhs._key != rhs._key {return false}
    if lhs._value != rhs._value {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}
