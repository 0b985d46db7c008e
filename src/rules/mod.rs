//! Rule files to one compiled catalogue, and the one evaluator that judges scopes.
