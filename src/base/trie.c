/*
 * trie.c
 *	  A set of dotted paths, compiled into a trie of object keys.
 */
#include "postgres.h"

#include "base/rows.h"
#include "base/trie.h"

/*
 * Whether a key contains no backslash, so a document may spell it unescaped.
 */
static bool
key_is_plain(const char *key, uint32 len)
{
	return memchr(key, '\\', len) == NULL;
}

/*
 * Returns the child of parent with this key, in the spelling of the document or
 * of a path; ADP_TRIE_NONE if there is no such child.
 */
static int
find_child(const AdpTrie *trie, int parent, const char *key, uint32 len)
{
	int child = trie->nodes[parent].first_child;

	while (child != ADP_TRIE_NONE)
	{
		const AdpTrieNode *node = &trie->nodes[child];

		if (node->key_len == len && memcmp(node->key, key, len) == 0)
			break;
		child = node->next_sibling;
	}
	return child;
}

/*
 * Appends a node as the last child of parent, so siblings keep the order of the
 * paths.
 */
static int
add_child(AdpTrie *trie, int parent, const char *key, uint32 len)
{
	int child = trie->nnodes++;
	AdpTrieNode *node = &trie->nodes[child];
	int *link = &trie->nodes[parent].first_child;

	node->key = key;
	node->key_len = len;
	node->is_plain = key_is_plain(key, len);
	node->first_child = ADP_TRIE_NONE;
	node->next_sibling = ADP_TRIE_NONE;
	node->path = ADP_TRIE_NONE;
	while (*link != ADP_TRIE_NONE)
		link = &trie->nodes[*link].next_sibling;
	*link = child;
	return child;
}

/*
 * Adds one path; text must live as long as the trie.
 */
static void
add_path(AdpTrie *trie, int path, const char *text)
{
	int node = ADP_TRIE_ROOT;
	AdpTrieNode *end;

	for (;;)
	{
		const char *dot = strchr(text, '.');
		uint32 len = dot ? dot - text : strlen(text);
		int child = find_child(trie, node, text, len);

		if (child == ADP_TRIE_NONE)
			child = add_child(trie, node, text, len);
		node = child;
		if (dot == NULL)
			break;
		text = dot + 1;
	}
	end = &trie->nodes[node];
	trie->same[path] = end->path;
	end->path = path;
}

/*
 * Returns an upper limit for the number of nodes, including the root.
 */
static int
count_nodes(const char *const *paths, int npaths)
{
	int count = 1;

	for (int i = 0; i < npaths; i++)
	{
		count++;
		for (const char *p = paths[i]; *p; p++)
			count += (*p == '.');
	}
	return count;
}

/*
 * Compiles paths.
 */
AdpTrie *
adp_trie_compile(MemoryContext cxt, const char *const *paths, int npaths)
{
	AdpTrie *trie = MemoryContextAllocZero(cxt, sizeof(AdpTrie));
	int max_nodes = count_nodes(paths, npaths);

	trie->npaths = npaths;
	trie->nodes = MemoryContextAlloc(cxt, max_nodes * sizeof(AdpTrieNode));
	trie->same = MemoryContextAlloc(cxt, Max(npaths, 1) * sizeof(int));
	trie->nodes[ADP_TRIE_ROOT] = (AdpTrieNode){
		.key = "",
		.first_child = ADP_TRIE_NONE,
		.next_sibling = ADP_TRIE_NONE,
		.path = ADP_TRIE_NONE,
	};
	trie->nnodes = 1;
	for (int i = 0; i < npaths; i++)
		add_path(trie, i, MemoryContextStrdup(cxt, paths[i]));
	Assert(trie->nnodes <= max_nodes);
	return trie;
}

/*
 * Makes hints that expect the keys in the order of the paths.
 */
void
adp_trie_hints_init(AdpTrieHints *hints, const AdpTrie *trie)
{
	hints->first = palloc(trie->nnodes * sizeof(int));
	hints->after = palloc(trie->nnodes * sizeof(int));
	for (int i = 0; i < trie->nnodes; i++)
	{
		hints->first[i] = trie->nodes[i].first_child;
		hints->after[i] = trie->nodes[i].next_sibling;
	}
}

/*
 * Finds the child for a key with escapes.  A key whose escapes text cannot hold
 * matches no child.
 */
static int
match_escaped(const AdpTrie *trie, int parent, const char *key, uint32 key_len)
{
	AdpCell cell = {.data = key,
					.len = key_len,
					.kind = ADP_CELL_STRING,
					.has_escape = true};
	int len;
	char *text = adp_cell_text(&cell, &len);
	int child;

	if (text == NULL)
		return ADP_TRIE_NONE;
	child = find_child(trie, parent, text, len);
	pfree(text);
	return child;
}

/*
 * Finds the child of parent for a key.  A key with a backslash must be decoded
 * before it is compared.
 */
int
adp_trie_match(const AdpTrie *trie, AdpTrieHints *hints, int parent,
			   int previous, const char *key, uint32 key_len)
{
	int *hint = previous == ADP_TRIE_NONE ? &hints->first[parent]
										  : &hints->after[previous];
	int child = *hint;

	if (child != ADP_TRIE_NONE)
	{
		const AdpTrieNode *node = &trie->nodes[child];

		if (node->key_len == key_len && node->is_plain &&
			memcmp(node->key, key, key_len) == 0)
			return child;
	}
	if (memchr(key, '\\', key_len) != NULL)
		child = match_escaped(trie, parent, key, key_len);
	else
		child = find_child(trie, parent, key, key_len);
	if (child != ADP_TRIE_NONE)
		*hint = child;
	return child;
}
