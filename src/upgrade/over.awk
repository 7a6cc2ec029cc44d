# over.awk
#   Reads the install script and prints statements that make the same objects
#   where older ones stand: replaced where SQL knows the words, else made
#   if they are not there.

# Indented: in statements that a loop builds.
/^[ \t]*CREATE (FUNCTION|AGGREGATE) / { sub(/CREATE/, "CREATE OR REPLACE") }
/^CREATE (PROCEDURE|VIEW|TRIGGER) / { sub(/^CREATE/, "CREATE OR REPLACE") }
/^CREATE (SCHEMA|TYPE|OPERATOR|CAST|FOREIGN DATA WRAPPER) / { print "DO $made$ BEGIN"; inside = 1 }
{ print }
inside && /;$/ {
    print "EXCEPTION WHEN duplicate_schema OR duplicate_object OR duplicate_function THEN NULL;"
    print "END $made$;"
    inside = 0
}
