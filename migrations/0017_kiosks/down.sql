-- Screens stop showing anything; that there were some stays in the events.
DROP TABLE kiosks;
