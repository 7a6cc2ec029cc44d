/*
 * trie.h
 *	  A set of dotted paths, compiled into a trie of object keys.
 *
 * Matching follows the nesting of a document's objects.  A platform's documents
 * repeat the order of their keys.  So a matcher keeps hints: it first tries the
 * key that followed this key last time.
 */
#ifndef ADP_BASE_TRIE_H
#define ADP_BASE_TRIE_H

#define ADP_TRIE_ROOT 0	   /* the node of the outermost object */
#define ADP_TRIE_NONE (-1) /* no node, no path */

/* One key at one position in the documents; links are indexes of nodes. */
typedef struct AdpTrieNode
{
	const char *key;
	uint32 key_len;
	bool is_plain; /* contains no backslash */
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
	int *same; /* by path: the next path with the same text */
} AdpTrie;

/* The order of keys so far; one per document that is matched. */
typedef struct AdpTrieHints
{
	int *first; /* by node: its first child last time */
	int *after; /* by node: the sibling that followed it */
} AdpTrieHints;

/*
 * Compiles paths into cxt and copies the texts.  A dot separates keys, so a key
 * cannot contain one.  Paths may repeat and may be prefixes of one another.
 */
extern AdpTrie *adp_trie_compile(MemoryContext cxt, const char *const *paths,
								 int npaths);

/* Makes fresh hints in the current memory context. */
extern void adp_trie_hints_init(AdpTrieHints *hints, const AdpTrie *trie);

/*
 * Finds the child of parent for a key.  key is the text between the quotes of a
 * valid JSON string.  previous is the child that matched before in the same
 * object, or ADP_TRIE_NONE at first.  Returns the child and remembers the
 * order; ADP_TRIE_NONE for a key that is not wanted.
 */
extern int adp_trie_match(const AdpTrie *trie, AdpTrieHints *hints, int parent,
						  int previous, const char *key, uint32 key_len);

#endif /* ADP_BASE_TRIE_H */
