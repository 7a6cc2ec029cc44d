/*
 * version.h
 *	  The version of this library: that of adpipe.control, which
 *	  test/t/149_check.pl compares.
 */
#ifndef ADP_BASE_VERSION_H
#define ADP_BASE_VERSION_H

#define ADPIPE_VERSION "0.2.0"

#endif /* ADP_BASE_VERSION_H */
