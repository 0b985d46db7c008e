//! Audit of tools' input schemas: declarations that fail at a Gateway or with a model that sends strings.
