// DO NOT EDIT.
// swift-format-ignore-file
// swiftlint:disable all
//
// Made from perfetto.proto, in the form of the Swift generator plugin for the protocol buffer compiler.

import SwiftProtobuf

package nonisolated struct PerfettoTrace: Sendable {
  package var packet: [PerfettoTracePacket] = []

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

}

package nonisolated struct PerfettoTracePacket: Sendable {
  package var timestamp: UInt64 {
    get {_timestamp ?? 0}
    set {_timestamp = newValue}
  }
  package var hasTimestamp: Bool {self._timestamp != nil}

  package var trustedPacketSequenceID: UInt32 {
    get {_trustedPacketSequenceID ?? 0}
    set {_trustedPacketSequenceID = newValue}
  }
  package var hasTrustedPacketSequenceID: Bool {self._trustedPacketSequenceID != nil}

  package var trackEvent: PerfettoTrackEvent {
    get {_trackEvent ?? PerfettoTrackEvent()}
    set {_trackEvent = newValue}
  }
  package var hasTrackEvent: Bool {self._trackEvent != nil}

  package var internedData: PerfettoInternedData {
    get {_internedData ?? PerfettoInternedData()}
    set {_internedData = newValue}
  }
  package var hasInternedData: Bool {self._internedData != nil}

  package var sequenceFlags: UInt32 {
    get {_sequenceFlags ?? 0}
    set {_sequenceFlags = newValue}
  }
  package var hasSequenceFlags: Bool {self._sequenceFlags != nil}

  package var tracePacketDefaults: PerfettoTracePacketDefaults {
    get {_tracePacketDefaults ?? PerfettoTracePacketDefaults()}
    set {_tracePacketDefaults = newValue}
  }
  package var hasTracePacketDefaults: Bool {self._tracePacketDefaults != nil}

  package var trackDescriptor: PerfettoTrackDescriptor {
    get {_trackDescriptor ?? PerfettoTrackDescriptor()}
    set {_trackDescriptor = newValue}
  }
  package var hasTrackDescriptor: Bool {self._trackDescriptor != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _timestamp: UInt64? = nil
  fileprivate var _trustedPacketSequenceID: UInt32? = nil
  fileprivate var _trackEvent: PerfettoTrackEvent? = nil
  fileprivate var _internedData: PerfettoInternedData? = nil
  fileprivate var _sequenceFlags: UInt32? = nil
  fileprivate var _tracePacketDefaults: PerfettoTracePacketDefaults? = nil
  fileprivate var _trackDescriptor: PerfettoTrackDescriptor? = nil
}

package nonisolated struct PerfettoTracePacketDefaults: Sendable {
  package var trackEventDefaults: PerfettoTrackEventDefaults {
    get {_trackEventDefaults ?? PerfettoTrackEventDefaults()}
    set {_trackEventDefaults = newValue}
  }
  package var hasTrackEventDefaults: Bool {self._trackEventDefaults != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _trackEventDefaults: PerfettoTrackEventDefaults? = nil
}

package nonisolated struct PerfettoTrackEventDefaults: Sendable {
  package var trackUuid: UInt64 {
    get {_trackUuid ?? 0}
    set {_trackUuid = newValue}
  }
  package var hasTrackUuid: Bool {self._trackUuid != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _trackUuid: UInt64? = nil
}

package nonisolated struct PerfettoTrackDescriptor: Sendable {
  package var uuid: UInt64 {
    get {_uuid ?? 0}
    set {_uuid = newValue}
  }
  package var hasUuid: Bool {self._uuid != nil}

  package var name: String {
    get {_name ?? String()}
    set {_name = newValue}
  }
  package var hasName: Bool {self._name != nil}

  package var process: PerfettoProcessDescriptor {
    get {_process ?? PerfettoProcessDescriptor()}
    set {_process = newValue}
  }
  package var hasProcess: Bool {self._process != nil}

  package var parentUuid: UInt64 {
    get {_parentUuid ?? 0}
    set {_parentUuid = newValue}
  }
  package var hasParentUuid: Bool {self._parentUuid != nil}

  package var counter: PerfettoCounterDescriptor {
    get {_counter ?? PerfettoCounterDescriptor()}
    set {_counter = newValue}
  }
  package var hasCounter: Bool {self._counter != nil}

  package var childOrdering: PerfettoTrackDescriptor.ChildTracksOrdering {
    get {_childOrdering ?? .unknown}
    set {_childOrdering = newValue}
  }
  package var hasChildOrdering: Bool {self._childOrdering != nil}

  package var siblingOrderRank: Int32 {
    get {_siblingOrderRank ?? 0}
    set {_siblingOrderRank = newValue}
  }
  package var hasSiblingOrderRank: Bool {self._siblingOrderRank != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package nonisolated enum ChildTracksOrdering: Int, SwiftProtobuf.Enum, Swift.CaseIterable {
    case unknown = 0
    case lexicographic = 1
    case chronological = 2
    case explicit = 3

    package init() {
      self = .unknown
    }
  }

  package init() {}

  fileprivate var _uuid: UInt64? = nil
  fileprivate var _name: String? = nil
  fileprivate var _process: PerfettoProcessDescriptor? = nil
  fileprivate var _parentUuid: UInt64? = nil
  fileprivate var _counter: PerfettoCounterDescriptor? = nil
  fileprivate var _childOrdering: PerfettoTrackDescriptor.ChildTracksOrdering? = nil
  fileprivate var _siblingOrderRank: Int32? = nil
}

package nonisolated struct PerfettoProcessDescriptor: Sendable {
  package var pid: Int32 {
    get {_pid ?? 0}
    set {_pid = newValue}
  }
  package var hasPid: Bool {self._pid != nil}

  package var processName: String {
    get {_processName ?? String()}
    set {_processName = newValue}
  }
  package var hasProcessName: Bool {self._processName != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _pid: Int32? = nil
  fileprivate var _processName: String? = nil
}

package nonisolated struct PerfettoCounterDescriptor: Sendable {
  package var unitName: String {
    get {_unitName ?? String()}
    set {_unitName = newValue}
  }
  package var hasUnitName: Bool {self._unitName != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _unitName: String? = nil
}

package nonisolated struct PerfettoTrackEvent: Sendable {
  package var debugAnnotations: [PerfettoDebugAnnotation] = []

  package var type: PerfettoTrackEvent.TypeEnum {
    get {_type ?? .unspecified}
    set {_type = newValue}
  }
  package var hasType: Bool {self._type != nil}

  package var nameIid: UInt64 {
    get {_nameIid ?? 0}
    set {_nameIid = newValue}
  }
  package var hasNameIid: Bool {self._nameIid != nil}

  package var trackUuid: UInt64 {
    get {_trackUuid ?? 0}
    set {_trackUuid = newValue}
  }
  package var hasTrackUuid: Bool {self._trackUuid != nil}

  package var name: String {
    get {_name ?? String()}
    set {_name = newValue}
  }
  package var hasName: Bool {self._name != nil}

  package var counterValue: Int64 {
    get {_counterValue ?? 0}
    set {_counterValue = newValue}
  }
  package var hasCounterValue: Bool {self._counterValue != nil}

  package var flowIds: [UInt64] = []

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package nonisolated enum TypeEnum: Int, SwiftProtobuf.Enum, Swift.CaseIterable {
    case unspecified = 0
    case sliceBegin = 1
    case sliceEnd = 2
    case instant = 3
    case counter = 4

    package init() {
      self = .unspecified
    }
  }

  package init() {}

  fileprivate var _type: PerfettoTrackEvent.TypeEnum? = nil
  fileprivate var _nameIid: UInt64? = nil
  fileprivate var _trackUuid: UInt64? = nil
  fileprivate var _name: String? = nil
  fileprivate var _counterValue: Int64? = nil
}

package nonisolated struct PerfettoDebugAnnotation: Sendable {
  package var nameIid: UInt64 {
    get {_nameIid ?? 0}
    set {_nameIid = newValue}
  }
  package var hasNameIid: Bool {self._nameIid != nil}

  package var intValue: Int64 {
    get {_intValue ?? 0}
    set {_intValue = newValue}
  }
  package var hasIntValue: Bool {self._intValue != nil}

  package var stringValue: String {
    get {_stringValue ?? String()}
    set {_stringValue = newValue}
  }
  package var hasStringValue: Bool {self._stringValue != nil}

  package var name: String {
    get {_name ?? String()}
    set {_name = newValue}
  }
  package var hasName: Bool {self._name != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _nameIid: UInt64? = nil
  fileprivate var _intValue: Int64? = nil
  fileprivate var _stringValue: String? = nil
  fileprivate var _name: String? = nil
}

package nonisolated struct PerfettoInternedData: Sendable {
  package var eventNames: [PerfettoEventName] = []

  package var debugAnnotationNames: [PerfettoDebugAnnotationName] = []

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

}

package nonisolated struct PerfettoEventName: Sendable {
  package var iid: UInt64 {
    get {_iid ?? 0}
    set {_iid = newValue}
  }
  package var hasIid: Bool {self._iid != nil}

  package var name: String {
    get {_name ?? String()}
    set {_name = newValue}
  }
  package var hasName: Bool {self._name != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _iid: UInt64? = nil
  fileprivate var _name: String? = nil
}

package nonisolated struct PerfettoDebugAnnotationName: Sendable {
  package var iid: UInt64 {
    get {_iid ?? 0}
    set {_iid = newValue}
  }
  package var hasIid: Bool {self._iid != nil}

  package var name: String {
    get {_name ?? String()}
    set {_name = newValue}
  }
  package var hasName: Bool {self._name != nil}

  package var unknownFields = SwiftProtobuf.UnknownStorage()

  package init() {}

  fileprivate var _iid: UInt64? = nil
  fileprivate var _name: String? = nil
}

nonisolated extension PerfettoTrackDescriptor.ChildTracksOrdering: SwiftProtobuf._ProtoNameProviding {
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{2}\0UNKNOWN\0\u{1}LEXICOGRAPHIC\0\u{1}CHRONOLOGICAL\0\u{1}EXPLICIT\0")
}

nonisolated extension PerfettoTrackEvent.TypeEnum: SwiftProtobuf._ProtoNameProviding {
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{2}\0TYPE_UNSPECIFIED\0\u{1}TYPE_SLICE_BEGIN\0\u{1}TYPE_SLICE_END\0\u{1}TYPE_INSTANT\0\u{1}TYPE_COUNTER\0")
}

nonisolated extension PerfettoTrace: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "Trace"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}packet\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeRepeatedMessageField(value: &self.packet) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    if !self.packet.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.packet, fieldNumber: 1)
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoTrace, rhs: PerfettoTrace) -> Bool {
    if lhs.packet != rhs.packet {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoTracePacket: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "TracePacket"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{2}\u{8}timestamp\0\u{4}\u{2}trusted_packet_sequence_id\0\u{3}track_event\0\u{3}interned_data\0\u{3}sequence_flags\0\u{4}\u{2e}trace_packet_defaults\0\u{3}track_descriptor\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 8: try { try decoder.decodeSingularUInt64Field(value: &self._timestamp) }()
      case 10: try { try decoder.decodeSingularUInt32Field(value: &self._trustedPacketSequenceID) }()
      case 11: try { try decoder.decodeSingularMessageField(value: &self._trackEvent) }()
      case 12: try { try decoder.decodeSingularMessageField(value: &self._internedData) }()
      case 13: try { try decoder.decodeSingularUInt32Field(value: &self._sequenceFlags) }()
      case 59: try { try decoder.decodeSingularMessageField(value: &self._tracePacketDefaults) }()
      case 60: try { try decoder.decodeSingularMessageField(value: &self._trackDescriptor) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._timestamp {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 8)
    } }()
    try { if let v = self._trustedPacketSequenceID {
      try visitor.visitSingularUInt32Field(value: v, fieldNumber: 10)
    } }()
    try { if let v = self._trackEvent {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 11)
    } }()
    try { if let v = self._internedData {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 12)
    } }()
    try { if let v = self._sequenceFlags {
      try visitor.visitSingularUInt32Field(value: v, fieldNumber: 13)
    } }()
    try { if let v = self._tracePacketDefaults {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 59)
    } }()
    try { if let v = self._trackDescriptor {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 60)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoTracePacket, rhs: PerfettoTracePacket) -> Bool {
    if lhs._timestamp != rhs._timestamp {return false}
    if lhs._trustedPacketSequenceID != rhs._trustedPacketSequenceID {return false}
    if lhs._trackEvent != rhs._trackEvent {return false}
    if lhs._internedData != rhs._internedData {return false}
    if lhs._sequenceFlags != rhs._sequenceFlags {return false}
    if lhs._tracePacketDefaults != rhs._tracePacketDefaults {return false}
    if lhs._trackDescriptor != rhs._trackDescriptor {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoTracePacketDefaults: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "TracePacketDefaults"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{4}\u{b}track_event_defaults\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 11: try { try decoder.decodeSingularMessageField(value: &self._trackEventDefaults) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._trackEventDefaults {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 11)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoTracePacketDefaults, rhs: PerfettoTracePacketDefaults) -> Bool {
    if lhs._trackEventDefaults != rhs._trackEventDefaults {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoTrackEventDefaults: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "TrackEventDefaults"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{4}\u{b}track_uuid\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 11: try { try decoder.decodeSingularUInt64Field(value: &self._trackUuid) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._trackUuid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 11)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoTrackEventDefaults, rhs: PerfettoTrackEventDefaults) -> Bool {
    if lhs._trackUuid != rhs._trackUuid {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoTrackDescriptor: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "TrackDescriptor"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}uuid\0\u{1}name\0\u{1}process\0\u{4}\u{2}parent_uuid\0\u{2}\u{3}counter\0\u{4}\u{3}child_ordering\0\u{3}sibling_order_rank\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeSingularUInt64Field(value: &self._uuid) }()
      case 2: try { try decoder.decodeSingularStringField(value: &self._name) }()
      case 3: try { try decoder.decodeSingularMessageField(value: &self._process) }()
      case 5: try { try decoder.decodeSingularUInt64Field(value: &self._parentUuid) }()
      case 8: try { try decoder.decodeSingularMessageField(value: &self._counter) }()
      case 11: try { try decoder.decodeSingularEnumField(value: &self._childOrdering) }()
      case 12: try { try decoder.decodeSingularInt32Field(value: &self._siblingOrderRank) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._uuid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 1)
    } }()
    try { if let v = self._name {
      try visitor.visitSingularStringField(value: v, fieldNumber: 2)
    } }()
    try { if let v = self._process {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 3)
    } }()
    try { if let v = self._parentUuid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 5)
    } }()
    try { if let v = self._counter {
      try visitor.visitSingularMessageField(value: v, fieldNumber: 8)
    } }()
    try { if let v = self._childOrdering {
      try visitor.visitSingularEnumField(value: v, fieldNumber: 11)
    } }()
    try { if let v = self._siblingOrderRank {
      try visitor.visitSingularInt32Field(value: v, fieldNumber: 12)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoTrackDescriptor, rhs: PerfettoTrackDescriptor) -> Bool {
    if lhs._uuid != rhs._uuid {return false}
    if lhs._name != rhs._name {return false}
    if lhs._process != rhs._process {return false}
    if lhs._parentUuid != rhs._parentUuid {return false}
    if lhs._counter != rhs._counter {return false}
    if lhs._childOrdering != rhs._childOrdering {return false}
    if lhs._siblingOrderRank != rhs._siblingOrderRank {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoProcessDescriptor: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "ProcessDescriptor"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}pid\0\u{4}\u{5}process_name\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeSingularInt32Field(value: &self._pid) }()
      case 6: try { try decoder.decodeSingularStringField(value: &self._processName) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._pid {
      try visitor.visitSingularInt32Field(value: v, fieldNumber: 1)
    } }()
    try { if let v = self._processName {
      try visitor.visitSingularStringField(value: v, fieldNumber: 6)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoProcessDescriptor, rhs: PerfettoProcessDescriptor) -> Bool {
    if lhs._pid != rhs._pid {return false}
    if lhs._processName != rhs._processName {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoCounterDescriptor: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "CounterDescriptor"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{4}\u{6}unit_name\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 6: try { try decoder.decodeSingularStringField(value: &self._unitName) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._unitName {
      try visitor.visitSingularStringField(value: v, fieldNumber: 6)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoCounterDescriptor, rhs: PerfettoCounterDescriptor) -> Bool {
    if lhs._unitName != rhs._unitName {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoTrackEvent: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "TrackEvent"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{4}\u{4}debug_annotations\0\u{2}\u{5}type\0\u{3}name_iid\0\u{3}track_uuid\0\u{2}\u{c}name\0\u{4}\u{7}counter_value\0\u{4}\u{11}flow_ids\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 4: try { try decoder.decodeRepeatedMessageField(value: &self.debugAnnotations) }()
      case 9: try { try decoder.decodeSingularEnumField(value: &self._type) }()
      case 10: try { try decoder.decodeSingularUInt64Field(value: &self._nameIid) }()
      case 11: try { try decoder.decodeSingularUInt64Field(value: &self._trackUuid) }()
      case 23: try { try decoder.decodeSingularStringField(value: &self._name) }()
      case 30: try { try decoder.decodeSingularInt64Field(value: &self._counterValue) }()
      case 47: try { try decoder.decodeRepeatedFixed64Field(value: &self.flowIds) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    if !self.debugAnnotations.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.debugAnnotations, fieldNumber: 4)
    }
    try { if let v = self._type {
      try visitor.visitSingularEnumField(value: v, fieldNumber: 9)
    } }()
    try { if let v = self._nameIid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 10)
    } }()
    try { if let v = self._trackUuid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 11)
    } }()
    try { if let v = self._name {
      try visitor.visitSingularStringField(value: v, fieldNumber: 23)
    } }()
    try { if let v = self._counterValue {
      try visitor.visitSingularInt64Field(value: v, fieldNumber: 30)
    } }()
    if !self.flowIds.isEmpty {
      try visitor.visitRepeatedFixed64Field(value: self.flowIds, fieldNumber: 47)
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoTrackEvent, rhs: PerfettoTrackEvent) -> Bool {
    if lhs.debugAnnotations != rhs.debugAnnotations {return false}
    if lhs._type != rhs._type {return false}
    if lhs._nameIid != rhs._nameIid {return false}
    if lhs._trackUuid != rhs._trackUuid {return false}
    if lhs._name != rhs._name {return false}
    if lhs._counterValue != rhs._counterValue {return false}
    if lhs.flowIds != rhs.flowIds {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoDebugAnnotation: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "DebugAnnotation"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{3}name_iid\0\u{4}\u{3}int_value\0\u{4}\u{2}string_value\0\u{2}\u{4}name\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeSingularUInt64Field(value: &self._nameIid) }()
      case 4: try { try decoder.decodeSingularInt64Field(value: &self._intValue) }()
      case 6: try { try decoder.decodeSingularStringField(value: &self._stringValue) }()
      case 10: try { try decoder.decodeSingularStringField(value: &self._name) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._nameIid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 1)
    } }()
    try { if let v = self._intValue {
      try visitor.visitSingularInt64Field(value: v, fieldNumber: 4)
    } }()
    try { if let v = self._stringValue {
      try visitor.visitSingularStringField(value: v, fieldNumber: 6)
    } }()
    try { if let v = self._name {
      try visitor.visitSingularStringField(value: v, fieldNumber: 10)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoDebugAnnotation, rhs: PerfettoDebugAnnotation) -> Bool {
    if lhs._nameIid != rhs._nameIid {return false}
    if lhs._intValue != rhs._intValue {return false}
    if lhs._stringValue != rhs._stringValue {return false}
    if lhs._name != rhs._name {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoInternedData: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "InternedData"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{4}\u{2}event_names\0\u{3}debug_annotation_names\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 2: try { try decoder.decodeRepeatedMessageField(value: &self.eventNames) }()
      case 3: try { try decoder.decodeRepeatedMessageField(value: &self.debugAnnotationNames) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    if !self.eventNames.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.eventNames, fieldNumber: 2)
    }
    if !self.debugAnnotationNames.isEmpty {
      try visitor.visitRepeatedMessageField(value: self.debugAnnotationNames, fieldNumber: 3)
    }
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoInternedData, rhs: PerfettoInternedData) -> Bool {
    if lhs.eventNames != rhs.eventNames {return false}
    if lhs.debugAnnotationNames != rhs.debugAnnotationNames {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoEventName: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "EventName"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}iid\0\u{1}name\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeSingularUInt64Field(value: &self._iid) }()
      case 2: try { try decoder.decodeSingularStringField(value: &self._name) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._iid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 1)
    } }()
    try { if let v = self._name {
      try visitor.visitSingularStringField(value: v, fieldNumber: 2)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoEventName, rhs: PerfettoEventName) -> Bool {
    if lhs._iid != rhs._iid {return false}
    if lhs._name != rhs._name {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}

nonisolated extension PerfettoDebugAnnotationName: SwiftProtobuf.Message, SwiftProtobuf._MessageImplementationBase, SwiftProtobuf._ProtoNameProviding {
  package static let protoMessageName: String = "DebugAnnotationName"
  package static let _protobuf_nameMap = SwiftProtobuf._NameMap(bytecode: "\0\u{1}iid\0\u{1}name\0")

  package mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
    while let fieldNumber = try decoder.nextFieldNumber() {
      switch fieldNumber {
      case 1: try { try decoder.decodeSingularUInt64Field(value: &self._iid) }()
      case 2: try { try decoder.decodeSingularStringField(value: &self._name) }()
      default: break
      }
    }
  }

  package func traverse<V: SwiftProtobuf.Visitor>(visitor: inout V) throws {
    try { if let v = self._iid {
      try visitor.visitSingularUInt64Field(value: v, fieldNumber: 1)
    } }()
    try { if let v = self._name {
      try visitor.visitSingularStringField(value: v, fieldNumber: 2)
    } }()
    try unknownFields.traverse(visitor: &visitor)
  }

  package static func ==(lhs: PerfettoDebugAnnotationName, rhs: PerfettoDebugAnnotationName) -> Bool {
    if lhs._iid != rhs._iid {return false}
    if lhs._name != rhs._name {return false}
    if lhs.unknownFields != rhs.unknownFields {return false}
    return true
  }
}
