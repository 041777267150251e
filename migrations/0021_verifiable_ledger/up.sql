-- The Merkle tree over the one order of events, its checkpoints and what signs them (docs/domain.md §33).

-- Nodes whose leaves are all there: they never change. Level 0 is the leaf of position ordinal + 1.
CREATE TABLE tree_nodes (
    level smallint NOT NULL,
    ordinal bigint NOT NULL,
    alg text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (level, ordinal)
);

CREATE TABLE checkpoints (
    size bigint PRIMARY KEY,
    alg text NOT NULL,
    root text NOT NULL,
    body text NOT NULL,
    made_at timestamptz NOT NULL
);

-- Written by the signer, whose key nobody else has.
CREATE TABLE checkpoint_signatures (
    size bigint NOT NULL REFERENCES checkpoints ON DELETE RESTRICT,
    verifier text NOT NULL,
    alg text NOT NULL,
    line text NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (size, verifier)
);

-- What each verification came to, for whoever looks whether one was made; it proves nothing by itself.
CREATE TABLE verifications (
    id uuid PRIMARY KEY,
    made_at timestamptz NOT NULL,
    part text NOT NULL CHECK (part IN ('whole', 'since')),
    size bigint NOT NULL,
    root text NOT NULL,
    n_signed bigint NOT NULL,
    n_anchors bigint NOT NULL,
    n_faults bigint NOT NULL,
    first_fault text
);
CREATE INDEX verifications_made_at_idx ON verifications (made_at);

-- The tree of no leaves names the tree for ever; its root is SHA-256 of nothing.
INSERT INTO checkpoints (size, alg, root, body, made_at)
VALUES (
    0, 'sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'bihuan.local/' || gen_random_uuid() || E'\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n', now()
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_app') THEN
        GRANT SELECT, INSERT ON tree_nodes, checkpoints, verifications TO bihuan_app;
        GRANT SELECT ON checkpoint_signatures TO bihuan_app;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bihuan_signer') THEN
        GRANT SELECT ON tree_nodes, checkpoints TO bihuan_signer;
        GRANT SELECT, INSERT ON checkpoint_signatures TO bihuan_signer;
    END IF;
END
$$;
