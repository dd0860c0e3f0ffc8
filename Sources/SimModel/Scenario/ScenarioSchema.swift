/// The JSON Schema (draft 2020-12) of scenario files.
///
/// `configs/simrun-scenario.schema.json` is this text; a test keeps it current and `simrun schema scenario`
/// prints it.
public enum ScenarioSchema {
  /// What schemas that contain this one call it.
  public static let name = "simrun-scenario.schema.json"

  /// The schema, newline at the end.
  public static let text = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "simrun scenario",
      "description": "What drives a design: sources, sinks, faults and how long.",
      "type": "object",
      "required": ["format", "version"],
      "additionalProperties": false,
      "properties": {
        "$schema": {"type": "string"},
        "format": {"const": "simrun-scenario"},
        "version": {"const": 1},
        "frames": {"type": "integer", "minimum": 1, "default": 1},
        "max_cycles": {"type": "integer", "minimum": 1},
        "sources": {
          "description": "By graph input; no entry: always a word to offer.",
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "not": {"required": ["words", "endless"], "properties": {"endless": {"const": true}}},
            "properties": {
              "pattern": {"$ref": "#/$defs/pattern"},
              "words": {"description": "offer this many words in all", "type": "integer", "minimum": 0},
              "endless": {"description": "repeat the data for ever", "type": "boolean"},
              "data": {"description": "a .npy file with the frames", "type": "string"}
            }
          }
        },
        "sinks": {
          "description": "By graph output; no entry: always ready.",
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {"pattern": {"$ref": "#/$defs/pattern"}}
          }
        },
        "faults": {
          "description": "Words are counted from 0; a stream is named as in the design.",
          "type": "array",
          "items": {"anyOf": [
            {"$ref": "#/$defs/word_fault"}, {"$ref": "#/$defs/corrupt"}, {"$ref": "#/$defs/delay"},
            {"$ref": "#/$defs/stop"}, {"$ref": "#/$defs/hold_dma"}, {"$ref": "#/$defs/burst_order"},
            {"$ref": "#/$defs/reset"}
          ]}
        }
      },
      "$defs": {
        "word_fault": {
          "description": "a word is lost, comes twice, or changes places with the next",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "stream", "word"],
          "properties": {
            "kind": {"enum": ["drop", "duplicate", "swap"]},
            "stream": {"type": "string", "minLength": 1},
            "word": {"type": "integer", "minimum": 0}
          }
        },
        "corrupt": {
          "description": "bits of a word are inverted where the hexadecimal mask has ones",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "stream", "word", "mask"],
          "properties": {
            "kind": {"enum": ["corrupt"]},
            "stream": {"type": "string", "minLength": 1},
            "word": {"type": "integer", "minimum": 0},
            "mask": {"type": "string", "pattern": "^[0-9a-fA-F]+$"}
          }
        },
        "delay": {
          "description": "a word comes later",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "stream", "word", "cycles"],
          "properties": {
            "kind": {"enum": ["delay"]},
            "stream": {"type": "string", "minLength": 1},
            "word": {"type": "integer", "minimum": 0},
            "cycles": {"type": "integer", "minimum": 0}
          }
        },
        "stop": {
          "description": "no word is offered for a while",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "stream", "from", "cycles"],
          "properties": {
            "kind": {"enum": ["stop"]},
            "stream": {"type": "string", "minLength": 1},
            "from": {"type": "integer", "minimum": 0},
            "cycles": {"type": "integer", "minimum": 0}
          }
        },
        "hold_dma": {
          "description": "a DMA pauses",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "node", "from", "cycles"],
          "properties": {
            "kind": {"enum": ["hold_dma"]},
            "node": {"type": "string", "minLength": 1},
            "from": {"type": "integer", "minimum": 0},
            "cycles": {"type": "integer", "minimum": 0}
          }
        },
        "burst_order": {
          "description": "two neighbouring bursts of a DMA change places",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "node", "burst", "beats"],
          "properties": {
            "kind": {"enum": ["burst_order"]},
            "node": {"type": "string", "minLength": 1},
            "burst": {"type": "integer", "minimum": 0},
            "beats": {"type": "integer", "minimum": 1}
          }
        },
        "reset": {
          "description": "the design is reset before a frame, or some nodes only, or all except some",
          "type": "object",
          "additionalProperties": false,
          "required": ["kind", "frame"],
          "not": {"required": ["only", "except"]},
          "properties": {
            "kind": {"enum": ["reset"]},
            "frame": {"type": "integer", "minimum": 1},
            "only": {"$ref": "#/$defs/nodes"},
            "except": {"$ref": "#/$defs/nodes"}
          }
        },
        "nodes": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "pattern": {
          "description": "Character t mod length belongs to cycle t; 1: may start a word, or ready.",
          "type": "string",
          "pattern": "^[01]+$"
        }
      }
    }

    """#
}
