DROP TABLE finding_links;
