"""What can be promised: supplies and dated needs of one product of one legal entity, over days counted from the day of the question.

Quantities are whole numbers of the smallest part that is counted (a ten-thousandth of the unit), days count from 0, today.
"""
