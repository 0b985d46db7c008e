//! The terminal screens: a model, messages, `update`, `view`. No IO and no clock.
