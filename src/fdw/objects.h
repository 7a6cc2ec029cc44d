/*
 * objects.h
 *	  Whether the SQL objects are those of this library.
 */
#ifndef ADP_FDW_OBJECTS_H
#define ADP_FDW_OBJECTS_H

extern void adp_objects_require(void);

#endif /* ADP_FDW_OBJECTS_H */
