/*
 * context.c
 *	  Memory contexts whose blocks are malloc's, so that the address sanitizer
 *	  sees the bounds and the end of each.
 *
 * The extension is built to make its contexts here (test/long/fuzz), and this
 * is preloaded with libFuzzer.  For PostgreSQL 15: later releases know no
 * contexts but their own.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "nodes/memnodes.h"
#include "utils/memutils.h"

typedef struct FuzzContext
{
	MemoryContextData header;
	dlist_head blocks;
} FuzzContext;

/* In front of each block; the context comes last, as the server expects. */
typedef struct Block
{
	dlist_node link;
	Size size;
	MemoryContext context;
} Block;

StaticAssertDecl(sizeof(Block) == MAXALIGN(sizeof(Block)),
				 "what follows a block's header is aligned");

static Block *
block_of(void *pointer)
{
	return (Block *) pointer - 1;
}

static void *
allocate(MemoryContext context, Size size)
{
	Block *block = malloc(sizeof(Block) + size);

	if (block == NULL)
		return NULL;
	block->size = size;
	block->context = context;
	dlist_push_tail(&((FuzzContext *) context)->blocks, &block->link);
	context->mem_allocated += size;
	/* Code that reads it unset shall not find zeroes. */
	return memset(block + 1, 0x7f, size);
}

static void
release(MemoryContext context, void *pointer)
{
	Block *block = block_of(pointer);

	dlist_delete(&block->link);
	context->mem_allocated -= block->size;
	free(block);
}

/*
 * Always moves the block, so that code that keeps the old address is found.
 */
static void *
reallocate(MemoryContext context, void *pointer, Size size)
{
	void *moved = allocate(context, size);

	if (moved == NULL)
		return NULL;
	memcpy(moved, pointer, Min(size, block_of(pointer)->size));
	release(context, pointer);
	return moved;
}

static void
reset(MemoryContext context)
{
	FuzzContext *fuzz = (FuzzContext *) context;

	while (!dlist_is_empty(&fuzz->blocks))
		release(context,
				dlist_container(Block, link, dlist_head_node(&fuzz->blocks)) +
					1);
}

static void
delete_context(MemoryContext context)
{
	reset(context);
	free(context);
}

static Size
chunk_space(MemoryContext context, void *pointer)
{
	return sizeof(Block) + block_of(pointer)->size;
}

static bool
is_empty(MemoryContext context)
{
	return dlist_is_empty(&((FuzzContext *) context)->blocks);
}

static void
add_up(MemoryContext context, MemoryStatsPrintFunc print, void *arg,
	   MemoryContextCounters *totals, bool print_to_stderr)
{
	if (totals != NULL)
		totals->totalspace += context->mem_allocated;
}

static const MemoryContextMethods methods = {
	.alloc = allocate,
	.free_p = release,
	.realloc = reallocate,
	.reset = reset,
	.delete_context = delete_context,
	.get_chunk_space = chunk_space,
	.is_empty = is_empty,
	.stats = add_up,
};

extern MemoryContext adp_fuzz_context(MemoryContext parent, const char *name,
									  Size min_size, Size first_size,
									  Size max_size);

/*
 * Stands in for AllocSetContextCreateInternal().
 */
MemoryContext
adp_fuzz_context(MemoryContext parent, const char *name, Size min_size,
				 Size first_size, Size max_size)
{
	FuzzContext *context = malloc(sizeof(FuzzContext));

	if (context == NULL)
		abort();
	dlist_init(&context->blocks);
	MemoryContextCreate(&context->header, T_AllocSetContext, &methods, parent,
						name);
	return &context->header;
}
