noinst_LIBRARIES += %D%/libworld.a
%C%_libworld_a_SOURCES =
