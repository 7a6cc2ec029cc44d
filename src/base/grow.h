/*
 * grow.h
 *	  Room for one more element in an array that grows by doubling.
 */
#ifndef ADP_BASE_GROW_H
#define ADP_BASE_GROW_H

/*
 * Returns the array of count elements of a size with room for another one, and
 * updates *capacity.  items NULL: allocates it in CurrentMemoryContext, with
 * room for least elements.
 */
static inline void *
adp_grow(void *items, int count, int *capacity, int least, Size size)
{
	if (items != NULL && count < *capacity)
		return items;
	*capacity = Max(*capacity * 2, least);
	return items ? repalloc(items, *capacity * size) : palloc(*capacity * size);
}

#endif /* ADP_BASE_GROW_H */
