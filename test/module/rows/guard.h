/*
 * guard.h
 *	  Bytes that end where memory ends.
 *
 * What reads past the end of such a copy crashes, in any build.
 */
#ifndef ADP_TEST_GUARD_H
#define ADP_TEST_GUARD_H

/*
 * Copies len bytes so that the byte after the last one cannot be read.  The
 * copy is released with cxt.
 */
extern char *guard_copy(MemoryContext cxt, const char *data, Size len);

#endif /* ADP_TEST_GUARD_H */
