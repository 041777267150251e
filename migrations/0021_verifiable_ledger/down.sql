-- The tree can be made again from the events; signatures are lost, so keep what was anchored outside.
DROP TABLE checkpoint_signatures;
DROP TABLE checkpoints;
DROP TABLE tree_nodes;
DROP TABLE verifications;
