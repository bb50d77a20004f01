DROP TRIGGER lots_are_all_of_their_stock_gone ON inventory_lot;
DROP TRIGGER lots_are_all_of_their_stock ON inventory_lot;
DROP TRIGGER lots_are_all_of_their_stock_added ON inventory_lot;
DROP FUNCTION inventory_lots_are_all();
