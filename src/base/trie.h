/*
 * trie.h
 *	  A set of dotted paths, compiled into a trie of object keys.
 *
 * Matching follows the objects of a document as they nest.  Documents of one
 * platform repeat the order of their keys, so a matcher carries hints: the key
 * that followed this one last time is tried before all others.
 */
#ifndef ADP_BASE_TRIE_H
#define ADP_BASE_TRIE_H

#define ADP_TRIE_ROOT 0	   /* the node of the outermost object */
#define ADP_TRIE_NONE (-1) /* no node, no path */

/* One key at one place of the documents; links are indexes of nodes. */
typedef struct AdpTrieNode
{
	const char *key;
	uint32 key_len;
	bool drops_enum_filters; /* written as it stands: no escapes needed */
	int first_child;
	int next_sibling;
	int path; /* first path that ends here */
} AdpTrieNode;

/* Immutable once compiled. */
typedef struct AdpTrie
{
	int npaths;
	int nnodes;
	AdpTrieNode *nodes;
	int *same; /* by path: the next path that is spelled alike */
} AdpTrie;

/* The order of keys seen so far; one per document being matched. */
typedef struct AdpTrieHints
{
	int *first; /* by node: its first child of last time */
	int *after; /* by node: the sibling that came after it */
} AdpTrieHints;

/*
 * Compiles paths into cxt; the texts are copied.  A dot separates keys, so no
 * key holds one.  Paths may repeat and may be prefixes of one another.
 */
extern AdpTrie *adp_trie_compile(MemoryContext cxt, const char *const *paths,
								 int npaths);

/* Makes fresh hints in the current memory context. */
extern void adp_trie_hints_init(AdpTrieHints *hints, const AdpTrie *trie);

/*
 * Finds the child of parent that a key names.  key is what stands between the
 * quotes of a valid JSON string.  previous is the child that matched before
 * in the same object, ADP_TRIE_NONE at first.  Returns ADP_TRIE_NONE for a key
 * that is not wanted; else the child, and remembers the order.
 */
extern int adp_trie_match(const AdpTrie *trie, AdpTrieHints *hints, int parent,
						  int previous, const char *key, uint32 key_len);

#endif /* ADP_BASE_TRIE_H */
