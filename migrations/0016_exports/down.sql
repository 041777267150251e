-- Files that were made lie in the data folder and are swept from there.
DROP TABLE exports;
