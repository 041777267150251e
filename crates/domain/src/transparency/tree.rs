//! The Merkle tree of RFC 6962 §2.1: roots, and the proofs that a leaf is in a tree and that a tree only grew.
//!
//! A node is named by its level (0 is a leaf) and its ordinal on that level. Only nodes whose leaves are all there are kept: they never change again.

use sha2::{Digest as _, Sha256};

/// What a node comes to: SHA-256.
pub type Hash = [u8; 32];

/// A leaf: the hash of its data behind a zero byte, so that no leaf is taken for a node.
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(data);
    hasher.finalize().into()
}

/// A node of two: the hash of both behind a one.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A node that became whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub level: u8,
    pub ordinal: u64,
    pub hash: Hash,
}

/// The nodes that a tree of a size has at its right edge, largest first: one for each bit of the size that is set.
pub fn peaks(size: u64) -> Vec<(u8, u64)> {
    (0..64u8).rev().filter(|level| size >> level & 1 == 1).map(|level| (level, (size >> level) - 1)).collect()
}

/// What must be remembered of a tree to go on with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Hashes of `peaks(size)`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Goes on where a tree of a size stood; none when these are not as many hashes as it has peaks.
    pub fn resume(size: u64, hashes: Vec<Hash>) -> Option<Self> {
        (peaks(size).len() == hashes.len()).then_some(Self { size, peaks: hashes })
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; what became whole by it, the leaf first.
    pub fn push(&mut self, leaf: Hash) -> Vec<Node> {
        let mut made = vec![Node { level: 0, ordinal: self.size, hash: leaf }];
        let (mut level, mut hash) = (0u8, leaf);
        while self.size >> level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            level += 1;
            made.push(Node { level, ordinal: self.size >> level, hash });
        }
        self.peaks.push(hash);
        self.size += 1;
        made
    }

    /// The root of the tree as it is now.
    pub fn root(&self) -> Hash {
        let mut from_right = self.peaks.iter().rev();
        let Some(last) = from_right.next() else { return empty_root() };
        from_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The largest power of two below `n`, which is 2 or more.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The root of so many leaves from one on; `node` fetches what is kept.
fn range<E>(start: u64, n: u64, node: &mut impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
    if n.is_power_of_two() {
        let level = n.trailing_zeros();
        return node(u8::try_from(level).unwrap_or(u8::MAX), start >> level);
    }
    let left = split(n);
    let (a, b) = (range(start, left, node)?, range(start + left, n - left, node)?);
    Ok(node_hash(&a, &b))
}

/// The root of the first `size` leaves.
///
/// Errors: those of `node`.
pub fn root<E>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Hash, E> {
    if size == 0 { Ok(empty_root()) } else { range(0, size, &mut node) }
}

/// The proof that a leaf is in the tree of a size (RFC 6962 §2.1.1); empty where there is no such leaf.
///
/// Errors: those of `node`.
pub fn inclusion<E>(index: u64, size: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Vec<Hash>, E> {
    let (mut start, mut n, mut path) = (0, size, Vec::new());
    if index >= size {
        return Ok(path);
    }
    while n > 1 {
        let left = split(n);
        if index - start < left {
            path.push(range(start + left, n - left, &mut node)?);
            n = left;
        } else {
            path.push(range(start, left, &mut node)?);
            start += left;
            n -= left;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `new` leaves begins with that of `old` (RFC 6962 §2.1.2); empty where it needs none.
///
/// Errors: those of `node`.
pub fn consistency<E>(old: u64, new: u64, mut node: impl FnMut(u8, u64) -> Result<Hash, E>) -> Result<Vec<Hash>, E> {
    let (mut start, mut n, mut m, mut is_whole, mut path) = (0, new, old, true, Vec::new());
    if old == 0 || old >= new {
        return Ok(path);
    }
    while m < n {
        let left = split(n);
        if m <= left {
            path.push(range(start + left, n - left, &mut node)?);
            n = left;
        } else {
            path.push(range(start, left, &mut node)?);
            start += left;
            n -= left;
            m -= left;
            is_whole = false;
        }
    }
    if !is_whole {
        path.push(range(start, n, &mut node)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether a proof shows that a leaf is in the tree of this size and root (RFC 9162 §2.1.3.2).
pub fn includes(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut f, mut s, mut r) = (index, size - 1, *leaf);
    for p in proof {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            r = node_hash(p, &r);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            r = node_hash(&r, p);
        }
        f >>= 1;
        s >>= 1;
    }
    s == 0 && r == *root
}

/// Whether a proof shows that the second tree begins with the first (RFC 9162 §2.1.4.2); every tree begins with the empty one.
pub fn is_consistent(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    if old >= new {
        return old == new && proof.is_empty() && old_root == new_root;
    }
    // The node the first tree is, where it is one, is not said again.
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        let Some((first, rest)) = proof.split_first() else { return false };
        (*first, rest)
    };
    let (mut f, mut s) = (old - 1, new - 1);
    while f & 1 == 1 {
        f >>= 1;
        s >>= 1;
    }
    let (mut fr, mut sr) = (first, first);
    for c in rest {
        if s == 0 {
            return false;
        }
        if f & 1 == 1 || f == s {
            fr = node_hash(c, &fr);
            sr = node_hash(c, &sr);
            while f & 1 == 0 && f != 0 {
                f >>= 1;
                s >>= 1;
            }
        } else {
            sr = node_hash(&sr, c);
        }
        f >>= 1;
        s >>= 1;
    }
    s == 0 && fr == *old_root && sr == *new_root
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::*;

    /// The leaves that Certificate Transparency's own tests use.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn bytes(text: &str) -> Hash {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).unwrap();
        hash
    }

    /// A tree that keeps its nodes, and its root at every size.
    fn grown(leaves: &[Hash]) -> (BTreeMap<(u8, u64), Hash>, Vec<Hash>) {
        let mut frontier = Frontier::default();
        let (mut nodes, mut roots) = (BTreeMap::new(), vec![frontier.root()]);
        for leaf in leaves {
            for node in frontier.push(*leaf) {
                assert_eq!(nodes.insert((node.level, node.ordinal), node.hash), None, "a node is whole once");
            }
            roots.push(frontier.root());
        }
        (nodes, roots)
    }

    fn published() -> Vec<Hash> {
        LEAVES.iter().map(|text| leaf_hash(&hex::decode(text).unwrap())).collect()
    }

    fn many(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962 §2.1, written down once more.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            many => {
                let mut left = 1;
                while left * 2 < many.len() {
                    left *= 2;
                }
                node_hash(&defined(&many[..left]), &defined(&many[left..]))
            }
        }
    }

    #[test]
    fn roots_are_the_published_ones() {
        let (nodes, roots) = grown(&published());
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(roots[size], bytes(root), "{size} leaves");
            let read = super::root(size as u64, |level, ordinal| Ok::<_, Infallible>(nodes[&(level, ordinal)]));
            assert_eq!(read, Ok(bytes(root)));
        }
    }

    #[test]
    fn proofs_are_the_published_ones() {
        let (nodes, _) = grown(&published());
        let node = |level, ordinal| Ok::<_, Infallible>(nodes[&(level, ordinal)]);
        let said = |proof: Result<Vec<Hash>, Infallible>| proof.unwrap().iter().map(hex::encode).collect::<Vec<_>>();
        let five = [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(said(inclusion(5, 8, node)), five);
        let first = [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ];
        assert_eq!(said(inclusion(0, 8, node)), first);
        assert_eq!(said(consistency(1, 8, node)), first);
        let six = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(said(consistency(6, 8, node)), six);
        assert_eq!(said(consistency(2, 5, node)), [first[1], five[0]]);
    }

    #[test]
    fn every_leaf_of_every_tree_up_to_64_is_proved_and_nothing_else_is() {
        let leaves = many(64);
        let (nodes, roots) = grown(&leaves);
        let node = |level, ordinal| Ok::<_, Infallible>(nodes[&(level, ordinal)]);
        for size in 1..=64u64 {
            let root = &roots[size as usize];
            assert_eq!(*root, defined(&leaves[..size as usize]));
            for index in 0..size {
                let proof = inclusion(index, size, node).unwrap();
                let leaf = &leaves[index as usize];
                assert!(includes(leaf, index, size, &proof, root), "{index} of {size}");
                assert!(!includes(&leaves[(index as usize + 1) % 64], index, size, &proof, root));
                assert!(!includes(leaf, index, size, &proof, &roots[size as usize - 1]));
                assert!(!includes(leaf, size, size, &proof, root));
                for at in 0..proof.len() {
                    let mut changed = proof.clone();
                    changed[at][at % 32] ^= 1;
                    assert!(!includes(leaf, index, size, &changed, root));
                    let shorter: Vec<Hash> =
                        proof.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, h)| *h).collect();
                    assert!(!includes(leaf, index, size, &shorter, root));
                }
                let longer: Vec<Hash> = proof.iter().copied().chain([*leaf]).collect();
                assert!(!includes(leaf, index, size, &longer, root));
            }
        }
    }

    #[test]
    fn every_tree_up_to_64_is_shown_to_have_grown_from_every_smaller_one_and_from_no_other() {
        let (nodes, roots) = grown(&many(64));
        let (_, others) = grown(&many(65)[1..]);
        let node = |level, ordinal| Ok::<_, Infallible>(nodes[&(level, ordinal)]);
        for new in 0..=64u64 {
            for old in 0..=new {
                let (from, to) = (&roots[old as usize], &roots[new as usize]);
                let proof = consistency(old, new, node).unwrap();
                assert!(is_consistent(old, from, new, to, &proof), "{old} to {new}");
                if old > 0 {
                    assert!(!is_consistent(old, &others[old as usize], new, to, &proof));
                    assert!(!is_consistent(old, from, new, &others[new as usize], &proof));
                }
                for at in 0..proof.len() {
                    let mut changed = proof.clone();
                    changed[at][31] ^= 0x80;
                    assert!(!is_consistent(old, from, new, to, &changed));
                }
                if old > 0 && old < new {
                    assert!(!is_consistent(old, from, new, to, &proof[..proof.len() - 1]));
                    assert!(!is_consistent(new, to, old, from, &proof), "a tree does not shrink");
                }
            }
        }
    }

    #[test]
    fn a_tree_goes_on_from_its_peaks_as_if_it_had_never_stopped() {
        let leaves = many(64);
        let (nodes, roots) = grown(&leaves);
        for size in 0..64u64 {
            let kept = peaks(size).iter().map(|place| nodes[place]).collect();
            let mut frontier = Frontier::resume(size, kept).unwrap();
            assert_eq!(frontier.root(), roots[size as usize]);
            for node in frontier.push(leaves[size as usize]) {
                assert_eq!(nodes[&(node.level, node.ordinal)], node.hash);
            }
            assert_eq!((frontier.root(), frontier.size()), (roots[size as usize + 1], size + 1));
        }
        assert_eq!(Frontier::resume(3, vec![[0; 32]]), None);
    }
}
